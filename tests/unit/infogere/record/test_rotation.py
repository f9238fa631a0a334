"""Keys: from one to the next, a second controller, a lost one; a real ssh-agent that never shows its key."""

from __future__ import annotations

import os
import shutil
import signal
import socket as sockets
import subprocess
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infogere.record import keys, rotation
from infogere.record.database import RecordError
from infogere.record.entries import Correction
from infogere.record.examine import verify_lines
from infogere.record.export import export_lines
from infogere.record.findings import Point
from infogere.record.keyring import KeyRing
from infogere.record.keys import SIGNER_FILE, open_signer, signer, trusted_keys
from infogere.record.recorder import Recorder, Scope
from infogere.record.signatures import signature_fits
from infogere.record.store import Store
from infogere.record.verify import verify_record

TERMS = "HBT-20220901-01"


def rotate(book, **options):
    with book.store() as store:
        return rotation.rotate(store, book.state_dir, TERMS, **options).public


def verify_now(book, **options):
    """Rotation has no clock of its own: it happened today."""
    return book.verify(now=datetime.now(UTC), **options)


@pytest.fixture
def today(book, make):
    """A record of today with one checkpoint, and its key."""
    with book.store() as store:
        store.append(make.isolation("web1"))
        store.checkpoint(TERMS)
    return book


def test_the_next_key_is_named_by_the_last(today):
    first = signer(today.state_dir).public
    second = rotate(today)
    third = rotate(today)
    assert len({first, second, third}) == 3
    for known in (first, second, third):
        for leftover in (SIGNER_FILE, "record.trusted"):
            (today.state_dir / leftover).unlink(missing_ok=True)
        (today.state_dir / "record.trusted").write_text(known)
        assert verify_now(today).findings == (), "one known key of the chain is enough"
    (today.state_dir / "record.trusted").write_text("00" * 32)
    assert [finding.code for finding in verify_now(today).findings] == ["key"]


def test_a_retired_key_signs_nothing_more(today):
    old = (today.state_dir / "record.key").read_text()
    rotate(today)
    assert not (today.state_dir / "record.key").exists()
    (today.state_dir / "record.key").write_text(old)
    (today.state_dir / SIGNER_FILE).unlink()
    with today.store() as store:
        store.append(note())
        with pytest.raises(RecordError, match="does not know this controller's key"):
            store.checkpoint(TERMS)


def note():
    return Correction(terms=TERMS, corrects=1, text="it was another server")


def test_a_customer_follows_from_an_old_key(today, make):
    with today.store() as store:
        store.append(make.begin(contract="BC-1"))
    first = signer(today.state_dir).public
    rotate(today)
    lines = list(export_lines(today.url, today.state_dir, terms=TERMS, contract="BC-1"))
    assert sum(b'"kind":"key"' in line for line in lines) == 1
    for known in (first, signer(today.state_dir).public):
        assert {finding.code for finding in verify_lines(lines, keys=[known]).findings} == {"unfinished"}
    assert not verify_lines(lines, keys=["00" * 32]).whole
    assert not verify_lines([line for line in lines if b'"kind":"key"' not in line], keys=[first]).whole


def test_a_rotation_cut_off_before_its_entry_leaves_the_old_key(today, monkeypatch):
    first = signer(today.state_dir).public
    monkeypatch.setattr("infogere.record.store.Store.change_key", stop)
    with pytest.raises(KeyboardInterrupt):
        rotate(today)
    monkeypatch.undo()
    with today.store() as store:
        store.append(note())
        store.checkpoint(TERMS)
    assert signer(today.state_dir).public == first
    assert verify_now(today).findings == ()


def test_a_rotation_cut_off_after_its_entry_goes_on_with_the_new_key(today, monkeypatch):
    first = signer(today.state_dir).public
    real = rotation.write
    monkeypatch.setattr(
        rotation, "write", lambda path, *rest, **how: stop() if path.name == SIGNER_FILE else real(path, *rest, **how)
    )
    with pytest.raises(KeyboardInterrupt):
        rotate(today)
    monkeypatch.undo()
    with today.store() as store:
        store.append(note())
        store.checkpoint(TERMS)
    assert signer(today.state_dir).public != first
    assert verify_now(today).findings == ()


def stop(*_arguments, **_options):
    raise KeyboardInterrupt


def test_a_lost_key_is_replaced_but_that_is_seen(today, make):
    old = signer(today.state_dir).public
    (today.state_dir / "record.key").unlink()
    with today.store() as store:
        store.append(note())
        with pytest.raises(RecordError, match="rotate-key --lost"):
            store.checkpoint(TERMS)
    new = rotate(today, lost=True)
    assert verify_now(today).whole, "here the new key is known"
    findings = verify_now_elsewhere(today, [old]).findings
    assert {finding.code for finding in findings if finding.broken} == {"key"}
    assert f"key {new} took over without the signature of the key before it" in findings[0].message
    assert verify_now_elsewhere(today, [new]).whole


def verify_now_elsewhere(book, known):
    """Verify without this folder's own idea of which keys are known."""
    elsewhere = book.state_dir / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    return verify_record(book.url, elsewhere, keys=known, now=datetime.now(UTC))


def test_a_key_that_introduces_itself_is_nobodys(today):
    """Whoever can write the database, but not sign, names a key of his own and goes on with it."""
    stranger = keys.FileKey(made(today.state_dir / "stranger.key"))
    with today.store() as store:
        store.change_key(TERMS, stranger.public, retires=None, signer=stranger)
    first = verify_now(today).findings[0]
    assert (first.code, first.broken) == ("key", True)


def made(path):
    keys.make_key(path)
    return path


def test_a_second_controller_signs_when_it_was_introduced(today, tmp_path_factory):
    second = tmp_path_factory.mktemp("second")
    key = signer(second, make=True).public
    with Store(today.url, second) as store:
        store.append(note())
        with pytest.raises(RecordError, match=f"does not know this controller's key {key} -> .*trust-key"):
            store.checkpoint(TERMS)
    with today.store() as store:
        rotation.introduce(store, TERMS, key)
        with pytest.raises(RecordError, match="knows the key"):
            rotation.introduce(store, TERMS, key)
        with pytest.raises(RecordError, match="is no public key"):
            rotation.introduce(store, TERMS, "nonsense")
    with Store(today.url, second) as store:
        store.checkpoint(TERMS)
    assert verify_now(today).findings == ()
    lines = list(export_lines(today.url, second, terms=TERMS))
    assert verify_lines(lines, keys=[signer(today.state_dir).public]).whole


def test_the_ring_vouches_only_for_what_known_keys_lead_to():
    ring = KeyRing(["a"])
    assert ring.signed("x")
    assert not ring.vouched_for
    assert ring.change({"key": "a", "by": "x", "retires": None}), "x may name a"
    assert not ring.vouched_for, "but x is nobody's"
    assert ring.signed("a")
    assert ring.vouched_for, "what a signs covers all before it"
    assert ring.change({"key": "b", "by": "a", "retires": "a"})
    assert ring.signed("b")
    assert ring.vouched_for
    assert not ring.signed("c")


@pytest.fixture
def agent(tmp_path_factory):
    """A real ssh-agent: (socket, function that adds a key and returns its public part)."""
    folder = tmp_path_factory.mktemp("agent")
    socket = folder / "socket"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL)
    environment = {**os.environ, "SSH_AUTH_SOCK": str(socket)}
    while subprocess.run(["ssh-add", "-l"], env=environment, capture_output=True, check=False).returncode == 2:
        assert process.poll() is None, "it is not still starting, it is dead"

    def add(name="key"):
        path = folder / name
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path))
        run("ssh-add", "-q", str(path))
        path.unlink()
        return open_signer(folder, f"agent:{socket}").public if name == "key" else ""

    def run(*command):
        subprocess.run(command, env=environment, check=True, capture_output=True)

    yield socket, add, run
    process.send_signal(signal.SIGTERM)
    process.wait()


pytestmark = pytest.mark.skipif(not shutil.which("ssh-agent"), reason="OpenSSH's client is not installed")


def test_an_agent_signs_what_everybody_can_check(agent, tmp_path):
    socket, add, _ = agent
    key = open_signer(tmp_path, f"agent:{socket}#{add()}")
    assert signature_fits(key.public, key.sign(b"message"), b"message")
    assert not signature_fits(key.public, key.sign(b"message"), b"another")


def test_the_record_passes_to_an_agent_and_no_key_is_left_here(agent, today):
    socket, add, run = agent
    public = add()
    assert rotate(today, to=f"agent:{socket}") == public
    assert not list(today.state_dir.glob("*.key"))
    assert trusted_keys(today.state_dir) == {public}
    with today.store() as store:
        store.append(note())
        store.checkpoint(TERMS)
    assert verify_now(today).findings == ()
    run("ssh-add", "-q", "-D")
    with today.store() as store:
        store.append(note())
        with pytest.raises(RecordError, match=f"does not hold the key {public} -> add the key to it with ssh-add"):
            store.checkpoint(TERMS)
    assert verify_now(today).whole, "verifying asks no agent"


def test_a_locked_agent_says_so(agent, tmp_path):
    socket, add, run = agent
    key = open_signer(tmp_path, f"agent:{socket}#{add()}")
    askpass = tmp_path / "askpass"
    askpass.write_text("#!/bin/sh\necho secret\n")
    askpass.chmod(0o700)
    run("env", f"SSH_ASKPASS={askpass}", "SSH_ASKPASS_REQUIRE=force", "ssh-add", "-x")
    with pytest.raises(RecordError, match="signing agent"):
        key.sign(b"message")


def test_one_of_several_keys_must_be_named(agent, tmp_path):
    socket, add, _ = agent
    with pytest.raises(RecordError, match="holds 0 Ed25519 keys"):
        open_signer(tmp_path, f"agent:{socket}")
    add()
    add("other")
    with pytest.raises(RecordError, match="holds 2 Ed25519 keys"):
        open_signer(tmp_path, f"agent:{socket}")


def test_an_end_waits_in_the_spool_while_the_agent_is_away(today, make):
    """A new day needs a signature; what has happened already must not be lost for want of it."""
    (today.state_dir / SIGNER_FILE).write_text(f"agent:/nowhere/socket#{'0' * 64}\n")
    recorder = Recorder(today.url, today.state_dir)
    tomorrow = Scope(terms=TERMS, run="r1", server="web1", contract=None, check_mode=False)
    today.behind_its_back(
        "UPDATE record_entry SET recorded = '2020-01-01' || substr(recorded, 11)", guards=["no_update"]
    )
    receipt = recorder.end(tomorrow)
    assert receipt.seq is None
    with pytest.raises(RecordError, match=r"clock|agent"):
        recorder.begin(tomorrow, playbook="site", reason="hand", reference=None, operator="ada")


@pytest.mark.parametrize("spec", ["", "file:", "agent:", "agent:#00", "agent:/x#short", "pkcs11:token", "record.key"])
def test_what_names_no_key(tmp_path, spec):
    with pytest.raises(RecordError, match="names no signing key"):
        open_signer(tmp_path, spec)


@pytest.mark.parametrize("listens", [False, True])
def test_an_agent_that_is_away_or_talks_nonsense(tmp_path, listens):
    path = Path(tmp_path / "socket")
    if listens:
        server = sockets.socket(sockets.AF_UNIX)
        server.bind(str(path))
        server.listen()

        def answer():
            with server, server.accept()[0] as connection:
                connection.recv(1000)
                connection.sendall(b"\x00\x00\x00\x05\x0c\x00\x00\x00\x09")

        threading.Thread(target=answer, daemon=True).start()
    with pytest.raises(RecordError, match=r"signing agent .*socket") as caught:
        open_signer(tmp_path, f"agent:{path}")
    assert "\n" not in str(caught.value)


def test_consistency_survives_a_rotation(today):
    with today.reader() as reader:
        before = reader.newest_checkpoint()
    rotate(today)
    assert isinstance(before, Point)
    assert verify_now(today, since=before).findings == ()

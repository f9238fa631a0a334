"""Whatever happens inside a transaction that fails, the files are afterwards as they were before."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _transaction as transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from unit.plugins.module_utils.tree import picture, small_disk

UID, GID = os.getuid(), os.getgid()


class FailureError(Exception):
    """What the tests raise inside a transaction."""


@contextlib.contextmanager
def failing(state, paths):
    """A transaction that fails at the end of the block."""
    with contextlib.suppress(FailureError), transaction.Transaction(str(state), paths):
        yield
        raise FailureError


@pytest.fixture
def place(tmp_path):
    """A folder ``etc`` with a file, a link and a sub-folder, and a folder ``state`` beside it."""
    etc = tmp_path / "etc"
    (etc / "conf.d").mkdir(parents=True)
    (etc / "conf.d").chmod(0o750)
    (etc / "main.conf").write_text("old\n")
    (etc / "main.conf").chmod(0o640)
    (etc / "link").symlink_to("main.conf")
    (tmp_path / "state").mkdir()
    return tmp_path


CHANGES = {
    "write": lambda etc: transaction.write_file(str(etc / "main.conf"), b"new\n", 0o600, UID, GID),
    "write a new file": lambda etc: transaction.write_file(str(etc / "new.conf"), b"new\n", 0o644, UID, GID),
    "write below new folders": lambda etc: transaction.write_file(str(etc / "a/b/c"), b"new\n", 0o644, UID, GID),
    "write over a link": lambda etc: transaction.write_file(str(etc / "link"), b"new\n", 0o644, UID, GID),
    "link": lambda etc: transaction.make_link(str(etc / "link"), "elsewhere"),
    "link over a file": lambda etc: transaction.make_link(str(etc / "main.conf"), "elsewhere"),
    "link below new folders": lambda etc: transaction.make_link(str(etc / "x/y"), "elsewhere"),
    "remove": lambda etc: transaction.remove(str(etc / "main.conf")),
    "remove a link": lambda etc: transaction.remove(str(etc / "link")),
    "attributes": lambda etc: transaction.set_attributes(str(etc / "main.conf"), 0o4755, UID, GID),
    "directory": lambda etc: transaction.make_directory(str(etc / "new.d"), 0o711, UID, GID),
    "directory's attributes": lambda etc: transaction.set_attributes(str(etc / "conf.d"), 0o700, UID, GID),
}
PATHS = ["main.conf", "new.conf", "a/b/c", "link", "x/y", "new.d", "conf.d"]


def paths_of(etc):
    return [str(etc / path) for path in PATHS]


@pytest.mark.parametrize("change", CHANGES)
def test_a_failure_puts_everything_back(place, change):
    before = picture(place)
    with failing(place / "state", paths_of(place / "etc")):
        CHANGES[change](place / "etc")
        assert picture(place / "etc") != {name.removeprefix("etc/"): seen for name, seen in before.items()}
    after = picture(place)
    after.pop("state/transactions")
    assert after == before


@pytest.mark.parametrize("change", CHANGES)
def test_success_keeps_the_change_and_leaves_no_rubbish(place, change):
    with transaction.Transaction(str(place / "state"), paths_of(place / "etc")):
        CHANGES[change](place / "etc")
        changed = picture(place / "etc")
    assert picture(place / "etc") == changed
    assert not transaction.half_done(str(place / "state"))
    assert not list((place / "etc").rglob(".*"))


def test_a_relative_path_is_refused(tmp_path):
    with pytest.raises(ValueError, match="'etc/x' is not an absolute path"):
        transaction.Transaction(str(tmp_path), ["etc/x"])


def test_what_others_put_into_a_new_folder_stays(place):
    theirs = place / "etc/new.d/theirs"
    with failing(place / "state", [str(place / "etc/new.d")]):
        transaction.make_directory(str(place / "etc/new.d"), 0o755, UID, GID)
        theirs.write_text("mine\n")
    assert theirs.read_text() == "mine\n"


def killed_after(place, changes):
    """Run ``changes`` in a transaction of another process, which is then killed."""
    child = os.fork()
    if child == 0:
        with transaction.Transaction(str(place / "state"), paths_of(place / "etc")):
            for change in changes:
                CHANGES[change](place / "etc")
            os.kill(os.getpid(), signal.SIGKILL)
    _pid, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


def test_a_killed_transaction_is_rolled_back_by_the_next_one(place):
    before = picture(place / "etc")
    killed_after(place, ["write", "write below new folders", "link", "directory"])
    assert picture(place / "etc") != before
    assert transaction.half_done(str(place / "state"))
    restored = transaction.recover(str(place / "state"))
    assert sorted(restored) == sorted(str(place / "etc" / path) for path in ("main.conf", "a/b/c", "link", "new.d"))
    assert picture(place / "etc") == before
    assert not transaction.half_done(str(place / "state"))


def test_recovering_twice_is_recovering_once(place):
    killed_after(place, ["write"])
    transaction.recover(str(place / "state"))
    assert transaction.recover(str(place / "state")) == []


def test_a_folder_without_a_journal_is_rubbish(place):
    (place / "state/transactions/dead").mkdir(parents=True)
    (place / "state/transactions/dead/0").write_text("backup of a process killed before it touched anything")
    before = picture(place / "etc")
    assert transaction.recover(str(place / "state")) == []
    assert not transaction.half_done(str(place / "state"))
    assert picture(place / "etc") == before


def test_a_write_that_fails_leaves_no_temporary_file(place, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    before = picture(place / "etc")
    with pytest.raises(OSError, match="No space left"):
        transaction.write_file(str(place / "etc/main.conf"), b"new\n", 0o600, UID, GID)
    assert picture(place / "etc") == before


def test_state_on_another_file_system_is_copied(place):
    with small_disk(place / "other", "1m") as other:
        if other is None:
            pytest.skip("this machine does not let us mount")
        before = picture(place / "etc")
        with failing(other, paths_of(place / "etc")):
            CHANGES["write"](place / "etc")
            CHANGES["attributes"](place / "etc")
        assert picture(place / "etc") == before


def test_a_full_disk_has_room_for_the_old_files(place):
    """Old content on another file system, and no room beside the new one: the new one goes first."""
    with small_disk(place / "full", "256k") as full:
        if full is None:
            pytest.skip("this machine does not let us mount")
        target = full / "big.conf"
        target.write_bytes(b"o" * 100_000)
        with failing(place / "state", [str(target)]):
            transaction.write_file(str(target), b"n" * 120_000, 0o644, UID, GID)
            with pytest.raises(OSError, match="No space left"):
                (full / "filler").write_bytes(b"f" * 300_000)
        assert target.read_bytes() == b"o" * 100_000


def test_what_cannot_be_put_back_is_named_and_tried_again(place, monkeypatch):
    etc = place / "etc"
    before = picture(etc)
    killed_after(place, ["write", "link"])

    def refuse(_source, _target):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(os, "replace", refuse)
        with pytest.raises(transaction.NotPutBackError, match=r"main\.conf: Input/output error.*start again"):
            transaction.recover(str(place / "state"))
    assert transaction.half_done(str(place / "state"))
    transaction.recover(str(place / "state"))
    assert picture(etc) == before


# Any sequence of changes to a handful of paths, which may be files, links or folders, or nothing, beforehand.
NAMES = st.sampled_from(["a", "b", "d/a", "d/e/a"])
CONTENT = st.binary(max_size=3)
MODE = st.sampled_from([0o600, 0o644, 0o755, 0o4711])
START = st.dictionaries(NAMES, st.one_of(st.tuples(CONTENT, MODE), st.just("link")), max_size=4)
STEP = st.one_of(
    st.tuples(st.just("write"), NAMES, CONTENT, MODE),
    st.tuples(st.just("link"), NAMES, st.sampled_from(["t", "u"])),
    st.tuples(st.just("remove"), NAMES),
    st.tuples(st.just("attributes"), NAMES, MODE),
    st.tuples(st.just("directory"), st.sampled_from(["d", "d/e", "f"]), MODE),
)


def lay_out(top, start):
    for name, what in start.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if what == "link":
            path.symlink_to("target")
        else:
            path.write_bytes(what[0])
            path.chmod(what[1])


def take(top, step):
    verb, name, *rest = step
    path = str(top / name)
    match verb:
        case "write":
            transaction.write_file(path, rest[0], rest[1], UID, GID)
        case "link":
            transaction.make_link(path, rest[0])
        case "remove":
            transaction.remove(path)
        case "attributes":
            if (top / name).exists() and not (top / name).is_symlink():
                transaction.set_attributes(path, rest[0], UID, GID)
        case "directory":
            transaction.make_directory(path, rest[0], UID, GID)


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone looks into any folder")
@settings(max_examples=80, deadline=None)
@given(start=START, steps=st.lists(STEP, max_size=8))
def test_any_sequence_that_fails_changes_nothing(start, steps):
    place = Path(tempfile.mkdtemp())
    try:
        top = place / "top"
        top.mkdir()
        lay_out(top, start)
        before = picture(top)
        paths = [str(top / step[1]) for step in steps]
        with failing(place / "state", sorted(paths)):
            for step in steps:
                take(top, step)
        assert picture(top) == before
    finally:
        shutil.rmtree(place)

"""The commands of ``infogere record`` that sign, as their users call them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from infogere.cli.main import main
from infogere.record.proofs import consistent, includes
from infogere.record.recorder import Recorder, Scope


@pytest.fixture
def infogere(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("INFOGERE_STATE_DIR", str(tmp_path))
    monkeypatch.delenv("INFOGERE_RECORD_URL", raising=False)
    monkeypatch.delenv("ANSIBLE_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments, code=0):
        monkeypatch.setattr(sys, "argv", ["infogere", "record", *arguments])
        ended = 0
        try:
            main()
        except SystemExit as stopped:
            ended = stopped.code or 0
        out, err = capfd.readouterr()
        assert ended == code, err
        return err if code else out.strip()

    return run


@pytest.fixture
def record(tmp_path):
    """Three runs of three servers."""
    recorder = Recorder(f"sqlite:///{tmp_path / 'record.db'}", tmp_path)
    for number in range(3):
        scope = Scope(
            terms="HBT-20220901-01", run=f"r{number}", server=f"web{number}", contract="BC-1", check_mode=False
        )
        recorder.begin(scope, playbook="site", reason="hand", reference=None, operator="ada")
        recorder.end(scope)


def test_checkpoints(record, infogere):
    assert "nothing is signed yet" in infogere("checkpoint", "--show", code=1)
    assert infogere("checkpoint", "--days") == "days closed: 0"
    assert infogere("checkpoint") == "checkpoint is entry 7"
    assert infogere("checkpoint") == "checkpoint is entry 7", "nothing happened since"
    assert infogere("checkpoint", "--show").startswith("6:")


def test_proofs_of_rfc_6962(record, infogere):
    assert "nothing is signed yet" in infogere("prove", "1", code=1)
    infogere("checkpoint")
    before = infogere("checkpoint", "--show")
    infogere("rotate-key")
    proof = json.loads(infogere("prove", "4"))
    assert includes(proof["hash"], 3, proof["size"], proof["proof"], proof["root"])
    grown = json.loads(infogere("prove", "--since", before))
    first, second = grown["first"], grown["second"]
    assert (first["size"], second["size"]) == (6, 8)
    assert consistent(6, first["root"], 8, second["root"], grown["proof"])
    assert "not a continuation" in infogere("prove", "--since", f"6:{'0' * 64}", code=1)
    assert "is no SIZE:ROOT" in infogere("prove", "--since", "6", code=1)
    assert "the record has no entry 99" in infogere("prove", "99", code=1)
    assert "no checkpoint covers entry 9 yet" in infogere("prove", "9", code=1)
    assert "takes an entry or --since" in infogere("prove", code=1)


def test_keys(record, infogere):
    first = infogere("key")
    infogere("checkpoint")
    said = infogere("rotate-key")
    assert said == f"signing key is now {infogere('key')}"
    assert infogere("key") != first
    assert infogere("trust-key", "ab" * 32) == f"entry 10 lets {'ab' * 32} sign"
    listed = infogere("list", "--kind", "key")
    assert f"signs instead of {first[:16]}" in listed
    assert "signs too" in listed
    assert "the chain is whole" in infogere("verify", "--strict")
    assert "names no signing key" in infogere("rotate-key", "--to", "smartcard", code=1)
    assert "signing agent /nowhere: " in infogere("rotate-key", "--to", "agent:/nowhere", code=1)


def test_a_missing_key_is_not_made_anew(record, infogere, tmp_path):
    infogere("checkpoint")
    (tmp_path / "record.key").unlink()
    assert "rotate-key --lost" in infogere("key", code=1)
    assert not (tmp_path / "record.key").exists()


def test_an_empty_record_has_no_checkpoint(infogere, tmp_path):
    for arguments in (["checkpoint"], ["checkpoint", "--days"], ["checkpoint", "--show"]):
        assert "no record at" in infogere(*arguments, code=1)


def test_the_tables_go_back_and_forth_but_not_away(record, infogere):
    assert infogere("migrate", "--to", "0001") == "tables are of version 0001"
    assert infogere("migrate") == "tables are of version 0002"
    assert "without its table they would be lost" in infogere("migrate", "--to", "base", code=1)
    assert "the chain is whole" in infogere("verify", "--strict")


def test_timer_units(infogere, tmp_path):
    shown = infogere("timer")
    assert "OnCalendar=*-*-* 00:05:00 UTC" in shown
    assert "Persistent=true" in shown
    assert f"WorkingDirectory={tmp_path}" in shown
    assert "enable --now infogere-checkpoint.timer" in infogere("timer", "--install", str(tmp_path))
    assert {path.name for path in tmp_path.glob("infogere-*")} == {
        "infogere-checkpoint.service",
        "infogere-checkpoint.timer",
    }
    assert "run it as root" in infogere("timer", "--install", str(tmp_path / "none"), code=1)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_understands_the_units(infogere, tmp_path):
    infogere("timer", "--install", str(tmp_path))
    service = tmp_path / "infogere-checkpoint.service"
    service.write_text(
        "\n".join(
            "ExecStart=/bin/true" if line.startswith("ExecStart") else line for line in service.read_text().splitlines()
        )
    )
    done = subprocess.run(
        ["systemd-analyze", "verify", str(service), str(tmp_path / "infogere-checkpoint.timer")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Unknown" not in done.stderr, done.stderr

"""``infogere record`` as its users call it: exit codes, one-line errors, hostile text, nothing heavy loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass

import pytest

from infogere.cli.main import main
from infogere.record.recorder import Failure, Recorder, Scope


@pytest.fixture
def recorder(tmp_path):
    return Recorder(f"sqlite:///{tmp_path / 'record.db'}", tmp_path)


@dataclass(frozen=True)
class Result:
    returncode: object
    stdout: str
    stderr: str


@pytest.fixture
def infogere(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("INFOGERE_STATE_DIR", str(tmp_path))
    monkeypatch.delenv("INFOGERE_RECORD_URL", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["infogere", "record", *arguments])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code
        return Result(code or 0, *capfd.readouterr())

    return run


def scope(server="web1", contract="BC-1"):
    return Scope(terms="HBT-20220901-01", run="r1", server=server, contract=contract, check_mode=False)


@pytest.fixture
def two_runs(recorder):
    for server, contract in (("web1", "BC-1"), ("web2", "BC-2")):
        recorder.begin(scope(server, contract), playbook="site", reason="ticket", reference="RT#1", operator="ada")
    recorder.end(scope())
    recorder.end(scope("web2", "BC-2"), failure=Failure("Install", "[red]no[/red] space"))


def test_list(two_runs, infogere):
    result = infogere("list")
    assert result.returncode == 0
    lines = result.stdout.splitlines()
    assert len(lines) == 5
    assert "site by ada (ticket) RT#1" in lines[1]
    assert "failed Install [red]no[/red] space" in lines[4], "what servers say is shown, not obeyed"


def test_list_in_a_narrow_terminal_puts_what_happened_below(two_runs, infogere, monkeypatch):
    monkeypatch.setattr("infogere.cli.record._ROOM_FOR_TABLE", 1000)
    lines = infogere("list").stdout.splitlines()
    assert lines[-2].split()[3:] == ["run-end", "web2", "BC-2"]
    assert lines[-1].strip() == "failed Install [red]no[/red] space"


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--server", "web2"], [2, 4]),
        (["--contract", "BC-1"], [1, 3]),
        (["--kind", "run-end", "--limit", "1"], [4]),
        (["--kind", "decision"], []),
        (["--since", "2999-01-01"], []),
    ],
)
def test_list_filters_as_json(two_runs, infogere, options, found):
    result = infogere("list", "--json", *options)
    assert [json.loads(line)["seq"] for line in result.stdout.splitlines()] == found


def test_a_kind_that_nothing_writes_is_no_empty_list(two_runs, infogere):
    refused = infogere("list", "--kind", "decisions")
    assert refused.returncode == 1
    assert refused.stderr == "infogere: no kind of entry 'decisions' -> did you mean decision?\n"


def test_show(two_runs, infogere):
    shown = json.loads(infogere("show", "4").stdout)
    assert (shown["data"]["outcome"], shown["server"]) == ("failed", "web2")
    assert len(shown["hash"]) == 64


def test_verify_says_that_the_chain_is_whole(two_runs, infogere):
    result = infogere("verify", "--strict")
    assert (result.returncode, result.stdout.strip()) == (0, "4 entries, 0 checkpoints: the chain is whole")


def test_a_run_without_an_end_is_a_warning_and_with_strict_an_error(recorder, infogere):
    recorder.begin(scope(), playbook="site", reason="hand", reference=None, operator="ada")
    for options, code in ([], 0), (["--strict"], 1):
        result = infogere("verify", *options)
        assert result.returncode == code
        assert "warning unfinished: entry 1: begun at" in result.stdout


def test_verify_names_the_entry_with_the_flipped_byte(two_runs, infogere, tmp_path):
    path = tmp_path / "record.db"
    content = bytearray(path.read_bytes())
    content[content.index(b'"outcome":"failed"') + 12] ^= 0x02
    path.write_bytes(content)
    result = infogere("verify")
    assert result.returncode == 1
    assert "BROKEN  entry: entry 4 (run-end, " in result.stdout
    assert "damaged: run `infogere record verify`" in infogere("list").stdout
    refused = infogere("export")
    assert refused.returncode == 1
    assert "no export of a broken record: entry 4" in refused.stderr


def test_an_export_is_verified_elsewhere(two_runs, infogere, tmp_path):
    export = tmp_path / "export.jsonl"
    assert infogere("export", "--contract", "BC-2", "--output", str(export)).returncode == 0
    key = infogere("key").stdout.strip()
    result = infogere("verify", "--file", str(export), "--key", key)
    verdict, remember = result.stdout.splitlines()
    assert (result.returncode, verdict) == (0, "2 entries, 1 checkpoint: the chain is whole")
    point = infogere("checkpoint", "--show").stdout.strip()
    assert remember == f"newest checkpoint, to keep for the next export: {point}"
    assert infogere("verify", "--file", str(export), "--since-checkpoint", point).returncode == 0
    assert infogere("verify", "--file", str(export), "--since-checkpoint", f"4:{'0' * 64}").returncode == 1
    assert infogere("export", "--contract", "BC-2").stdout == export.read_text()
    export.write_text(export.read_text().replace("web2", "web3"))
    assert infogere("verify", "--file", str(export), "--key", key).returncode == 1


def test_a_failed_export_leaves_no_file(two_runs, infogere, tmp_path):
    result = infogere("export", "--contract", "BC-404", "--output", str(tmp_path / "export.jsonl"))
    assert result.returncode == 1
    assert not list(tmp_path.glob("export*"))


def test_checkpoint(two_runs, infogere):
    assert infogere("checkpoint").stdout.strip() == "checkpoint is entry 5"
    assert "5 entries, 1 checkpoint: the chain is whole" in infogere("verify").stdout
    assert "4 entries, root" in infogere("list").stdout


@pytest.mark.parametrize(
    "arguments",
    [["list"], ["verify"], ["show", "1"], ["export"], ["verify", "--file", "none"], ["list", "--since", "x"]],
)
def test_errors_are_one_line(infogere, arguments):
    result = infogere(*arguments)
    assert result.returncode == 1
    assert result.stderr.startswith("infogere: ")
    assert len(result.stderr.splitlines()) == 1
    assert " -> " in result.stderr


def test_the_help_teaches(infogere):
    assert "infogere record verify --file export.jsonl" in " ".join(infogere("verify", "--help").stdout.split())


LIST_AND_LOOK = """
import sys
sys.argv = ["infogere", "record", "list"]
from infogere.cli.main import main
try:
    main()
except SystemExit:
    pass
heavy = {"sqlalchemy", "alembic", "cryptography", "ansible", "psycopg"} & set(sys.modules)
assert not heavy, heavy
"""


def test_list_loads_nothing_heavy(two_runs, tmp_path):
    environment = {**os.environ, "INFOGERE_STATE_DIR": str(tmp_path)}
    environment.pop("INFOGERE_RECORD_URL", None)
    subprocess.run([sys.executable, "-c", LIST_AND_LOOK], check=True, env=environment)

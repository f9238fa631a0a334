"""The command line itself: overview, version, errors in one line, and no import that a command does not need."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from infogere import __version__
from infogere.cli import main
from infogere.errors import InfogereError


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infogere.cli.main", *arguments], capture_output=True, text=True, check=False
    )


def test_version() -> None:
    assert run("--version").stdout == f"infogere {__version__}\n"


def test_the_overview_lists_every_command() -> None:
    shown = run("--help").stdout
    assert all(name in shown for name in main.COMMANDS)


def test_the_overview_imports_no_command() -> None:
    code = (
        "import sys; sys.argv = ['infogere', '--help']; from infogere.cli import main\n"
        "try: main.main()\nexcept SystemExit: pass\n"
        "print([m for m in sys.modules if m.startswith('infogere.cli.') and m != 'infogere.cli.main'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", main.COMMANDS)
def test_every_command_teaches(name: str) -> None:
    importlib.import_module(main.COMMANDS[name][0])
    done = run(name, "--help")
    assert done.returncode == 0
    assert "Usage: infogere" in done.stdout
    assert "-completion" not in done.stdout


@pytest.mark.parametrize(
    ("words", "offered"),
    [("infogere not", "notices"), ("infogere patch cla", "classify"), ("infogere patch run --em", "--emergency")],
)
def test_a_shell_completes_commands_and_their_options(words: str, offered: str) -> None:
    typed = {"COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = subprocess.run(
        [Path(sys.executable).with_name("infogere")],
        env={**os.environ, **typed, "_INFOGERE_COMPLETE": "complete_bash"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == [offered]


def test_an_unknown_command_is_a_usage_error() -> None:
    done = run("nonsense")
    assert done.returncode == 2
    assert "nonsense" in done.stderr


def test_an_error_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(**_options: object) -> None:
        raise InfogereError("web1: no order form", clause="A-1-1", way_out="add order_form")

    monkeypatch.setattr(main, "app", fail)
    with pytest.raises(SystemExit) as left:
        main.main(["anything"])
    assert left.value.code == 1
    assert capsys.readouterr().err == "infogere: web1: no order form [A-1-1] -> add order_form\n"


def test_what_the_system_refuses_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_options: object) -> None:
        raise PermissionError(13, "Permission denied", "/srv/state")

    monkeypatch.setattr(main, "app", fail)
    with pytest.raises(SystemExit):
        main.main(["anything"])
    said = capsys.readouterr().err
    assert said == "infogere: /srv/state: Permission denied -> infogere --debug ... shows what was being done\n"


def test_a_folder_that_is_gone_is_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    done = subprocess.run(
        [
            "/bin/sh",
            "-c",
            'cd "$1" && rmdir "$1" && "$2" -m infogere.cli.main fleet check',
            "-",
            folder,
            sys.executable,
        ],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert done.stderr == "infogere: the folder that this was started in is gone -> cd to one that is there\n"
    assert done.returncode == 1


def test_debug_keeps_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_options: object) -> None:
        raise InfogereError("boom")

    monkeypatch.setattr(main, "app", fail)
    with pytest.raises(InfogereError):
        main.main(["--debug", "anything"])


def completed(line: str, folder: Path) -> list[str]:
    """What a shell offers for the last word of ``line``, asked as bash asks it."""
    words = line.split(" ")
    foreign = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "INFOGERE_"))}
    asked = {"_INFOGERE_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    done = subprocess.run(
        [sys.executable, "-m", "infogere.cli.main"],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env=foreign | asked,
    )
    return done.stdout.split()


@pytest.fixture
def small_fleet(tmp_path: Path) -> Path:
    (tmp_path / "ansible.cfg").write_text("[defaults]\ninventory = hosts.yml\n[infogere]\nstate_dir = .infogere\n")
    (tmp_path / "hosts.yml").write_text(
        "all: {hosts: {web1.example.net: {order_form: {id: BC-1}}, web2.example.net: , db1.example.net: }}\n"
    )
    return tmp_path


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("infogere may provision-data", ["provision-database", "provision-database-user"]),
        ("infogere patch plan -l web", ["web1.example.net", "web2.example.net"]),
        ("infogere deliver db", ["db1.example.net"]),
        ("infogere record export --contract B", ["BC-1"]),
    ],
)
def test_a_shell_completes_what_the_inventory_and_the_contract_name(
    line: str, offered: list[str], small_fleet: Path
) -> None:
    assert completed(line, small_fleet) == offered


def test_a_shell_is_offered_nothing_where_there_is_no_inventory(tmp_path: Path) -> None:
    (tmp_path / "ansible.cfg").write_text("[defaults]\ninventory = missing.yml\n")
    assert completed("infogere deliver w", tmp_path) == []


def leaves(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    members = getattr(command, "commands", {})
    yield " ".join(path), command.help or ""
    for name, member in members.items():
        yield from leaves(member, (*path, name))


HELP = [
    pair
    for name, (module, _) in main.COMMANDS.items()
    for pair in leaves(typer.main.get_command(importlib.import_module(module).app), (name,))
]


@pytest.mark.parametrize(("command", "text"), HELP, ids=[command for command, _ in HELP])
def test_examples_can_be_copied_from_a_terminal_of_80_columns(command: str, text: str) -> None:
    examples = [line for line in text.splitlines() if re.match(r" *(sudo .*)?infogere[ )]", line)]
    # What stands behind a gap is a remark.
    commands = [re.split(r"(?<=\S) {2,}", line)[0] for line in examples]
    assert [command for command in commands if len(command) > 78] == []


@pytest.mark.parametrize("command", ["patch defer", "works done", "may", "fleet init"])
def test_an_example_over_several_lines_is_shown_as_it_is_typed(command: str) -> None:
    shown = run(*command.split(), "--help").stdout.splitlines()
    first = next(at for at, line in enumerate(shown) if line.rstrip().endswith("\\"))
    assert shown[first].strip().startswith(f"infogere {command}")
    assert shown[first + 1].strip()
    assert "<!--" not in "".join(shown)

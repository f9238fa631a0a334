"""No figure of the contract is written outside the terms: a second copy would one day disagree with the first."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
SCANNED = ("src", "plugins", "roles", "playbooks")
SUFFIXES = {".py", ".yml", ".yaml", ".j2", ".sh", ".cfg", ".conf", ".toml", ""}
# The one place for figures, and the schema made from it.
HOME = ROOT / "src/infogere/terms"
# A figure that only looks like one of the contract's carries these words, or is listed here with its reason.
EXEMPT = "not of the contract"
LOOKALIKES = {
    "src/infogere/pki/issuing.py": "renewal of certificates",
    "plugins/lookup/certificate.py": "renewal of certificates",
    "src/infogere/statements/example.yml": "what happened to an invented customer",
    "roles/logging/defaults/main.yml": "age of the journal on the server's disk",
}

FIGURES = {
    "monthly limit (A-5.1-2)": r"\b2[_ ]?592\b|43'12",
    "availability (A-5.1-2)": r"(?<![\d.])99[.,]9(?!\d)|(?<![\d.])0\.999(?!\d)",
    "penalty share (A-5.1-8)": r"(?<![\d.])2\.5 ?%|Decimal\([\"']?2\.5[\"']?\)|(?<![\d.])0\.025(?!\d)",
    "backup hour (A-4.5-2)": r"(?<!\d)22:00(?!\d{3})|(?<!\d)22h00?\b|\btime\(22\b|hour\W{1,4}22\b",
    "discouraged hour (A-4.1.3-3)": r"(?<!\d)16:00(?!\d{3})|\btime\(16\b",
    "days (A-4.5-3, A-5.5-1, A-5.1-11, A-4.3-4)": r"(?<![\d.])(8|28|30|45)[ _-](calendar |working )?days\b"
    r"|(?:\b|_)days\s*[=:]\s*(8|28|30|45)\b",
    "retention (A-4.5-3, A-4.5-5)": r"(?:\b|_)(retention|keep_daily|keep_days|retain)\w*\W{1,6}(7|28)\b",
    "throttle notice (A-3.2.4-3)": r"(?<![\d.])72 ?(h|hours)\b|\bhours\s*[=:]\s*72\b",
    "bandwidth threshold (A-3.2.4-1)": r"\b101 ?(mbps|mbit|mb/s|megabit)|\b101_000_000\b|megabits?\w*\W{1,4}101\b",
    "quarter hours (A-4.1.4-4)": r"\bquarter\w*\W{1,6}15\b",
}
PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in FIGURES.items()}


def strays(path: Path) -> list[str]:
    """``file:line: figure: text`` of every figure in the code of a file; comments and docstrings may quote them."""
    text = path.read_text(encoding="utf-8")
    original = text.splitlines()
    return [
        f"{path}:{number}: {name}: {line.strip()}"
        for number, line in _code(path, text)
        for name, pattern in PATTERNS.items()
        if pattern.search(line) and EXEMPT not in original[number - 1]
    ]


def _code(path: Path, text: str) -> Iterator[tuple[int, str]]:
    lines = text.splitlines()
    if path.suffix == ".py":
        for first, last in _prose_of_python(text):
            for number in range(first, last + 1):
                lines[number - 1] = ""
        lines = [_without_comment(line) if "#" in line else line for line in lines]
    else:
        lines = [re.sub(r"(^|\s)#.*", "", line) for line in lines]
    yield from enumerate(lines, 1)


def _prose_of_python(text: str) -> Iterator[tuple[int, int]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.lineno, node.end_lineno or node.lineno


def _without_comment(line: str) -> str:
    try:
        for token in tokenize.generate_tokens(io.StringIO(line.strip()).readline):
            if token.type == tokenize.COMMENT:
                return line.strip()[: token.start[1]]
    except (tokenize.TokenError, SyntaxError):
        pass  # part of a longer statement: judged as it stands
    return line


def scanned_files() -> list[Path]:
    return sorted(
        path
        for folder in SCANNED
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix in SUFFIXES and HOME not in path.parents and "__pycache__" not in path.parts
    )


def test_no_figure_of_the_contract_outside_the_terms() -> None:
    files = scanned_files()
    assert any(path.name == "main.py" for path in files), "the scan finds the code"
    found = {path.relative_to(ROOT).as_posix(): strays(path) for path in files}
    assert [stray for name, lines in found.items() if name not in LOOKALIKES for stray in lines] == []


@pytest.mark.parametrize("name", LOOKALIKES)
def test_each_lookalike_is_still_one(name: str) -> None:
    assert strays(ROOT / name), "take it off the list"


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("a.py", "LIMIT = 2592"),
        ("a.py", "LIMIT = 2_592"),
        ("a.py", 'RATE = Decimal("99.9")'),
        ("a.py", "SHARE = Decimal('2.5')"),
        ("a.py", "START = time(22, 0)"),
        ("a.py", "last = start - timedelta(days=8)"),
        ("a.py", "sent + timedelta(hours=72)"),
        ("main.yml", "backup_database_at: '22:00'"),
        ("main.yml", "backup_database_retention_days: 28"),
        ("main.yml", "backup_file_retention: 7"),
        ("timer.j2", "OnCalendar=*-*-* 22:00:00 Europe/Paris"),
        ("limit.j2", "tc rate 101mbit"),
        ("a.py", 'message = "your credit note comes within 30 days"'),
        ("a.py", 'refused = "no updates after 16:00"'),
    ],
)
def test_a_planted_figure_is_found(tmp_path: Path, name: str, line: str) -> None:
    planted = tmp_path / name
    planted.write_text(f"# first line\n{line}\n")
    assert {stray.split(": ")[0] for stray in strays(planted)} == {f"{planted}:2"}


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("a.py", "# at 22:00 by A-4.5-2"),
        ("a.py", '"""Backups run at 22:00 (A-4.5-2)."""'),
        ("a.py", "port = 22592"),
        ("a.py", "at = '2024-05-07T22:00:00.123'[:4]  # sample, not of the contract"),
        ("policy-rc.d.j2", "exit 101"),
        ("main.yml", "php_max_execution_time: 30"),
        ("main.yml", "logrotate_days: 14"),
        ("a.py", "version = '1.99.9'"),
    ],
)
def test_other_numbers_are_left_alone(tmp_path: Path, name: str, line: str) -> None:
    harmless = tmp_path / name
    harmless.write_text(f"{line}\n")
    assert strays(harmless) == []

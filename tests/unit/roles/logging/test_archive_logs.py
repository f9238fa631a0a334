"""The archive of logs: what is moved, where to, and what is forgotten (A-L3-12)."""

from __future__ import annotations

import datetime
import os
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[4] / "roles/logging/templates/usr/local/libexec/infogere/archive-logs"
LAST_CHANGE = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)


@pytest.fixture(scope="module")
def script():
    spec = spec_from_loader("archive_logs", SourceFileLoader("archive_logs", str(SCRIPT)))
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def logs(tmp_path):
    folder = tmp_path / "log"
    (folder / "archive").mkdir(parents=True)
    return folder


def put(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (LAST_CHANGE.timestamp(), LAST_CHANGE.timestamp()))
    return path


@pytest.mark.parametrize(
    ("name", "archived"),
    [
        ("nginx/access.log-20261123.gz", "2026-11-23/nginx/access.log-20261123.gz"),
        ("syslog-20261123.xz", "2026-11-23/syslog-20261123.xz"),
        ("syslog-20261123-1763899200.gz", "2026-11-23/syslog-20261123-1763899200.gz"),
        ("apache2/error.log.2.gz", "2026-03-01/apache2/error.log.2.gz"),
        ("odd.log-20261399.gz", "2026-03-01/odd.log-20261399.gz"),  # digits that are no date
        ("nginx/access.log-20261123", None),  # rotated, still being written or not yet compressed
        ("nginx/access.log", None),
        ("apt/eipp.log.xz", None),  # apt's living file, compressed by itself
    ],
)
def test_what_goes_where(script, logs, name, archived):
    source = put(logs / name)
    moved = script.archive(logs, logs / "archive")
    assert [str(path.relative_to(logs / "archive")) for path in moved] == ([archived] if archived else [])
    assert source.exists() == (archived is None)


def test_a_link_is_left_alone(script, logs, tmp_path):
    secret = put(tmp_path / "secret")
    link = logs / "x.log.1.gz"
    link.symlink_to(secret)
    assert script.archive(logs, logs / "archive") == []
    assert link.is_symlink()


def test_the_archive_is_never_overwritten_nor_archived_again(script, logs):
    for text in ("first", "second"):
        put(logs / "syslog-20261123.gz", text)
        script.archive(logs, logs / "archive")
    day = logs / "archive" / "2026-11-23"
    assert {path.name: path.read_text() for path in day.iterdir()} == {
        "syslog-20261123.gz": "first",
        "syslog-20261123.1.gz": "second",
    }


def test_old_days_are_forgotten_and_other_folders_kept(script, logs):
    top = logs / "archive"
    for name in ("2025-11-22", "2025-11-23", "2026-01-01", "notes"):
        put(top / name / "syslog.gz")
    script.forget(top, before=datetime.date(2025, 11, 23))
    assert sorted(path.name for path in top.iterdir()) == ["2025-11-23", "2026-01-01", "notes"]

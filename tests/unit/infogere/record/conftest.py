"""A record in a temporary folder, and what the tests do to it behind its back."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from infogere.record.entries import Entry, RunBegin, RunEnd, StateChange
from infogere.record.findings import Report
from infogere.record.reading import Reader
from infogere.record.store import Store
from infogere.record.verify import verify_record

TERMS = "HBT-20220901-01"
DAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass
class Book:
    """One record: where it is and short ways to write, read and damage it. ``now`` is the clock of its exports."""

    state_dir: Path
    now: datetime = DAY

    @property
    def path(self) -> Path:
        return self.state_dir / "record.db"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def store(self, wait: float = 10.0) -> Store:
        return Store(self.url, self.state_dir, wait=wait)

    def reader(self) -> Reader:
        return Reader(self.url)

    def append(self, *entries: Entry, now: datetime = DAY) -> list[int]:
        with self.store() as store:
            return store.append_all(entries, now=now)

    def verify(self, *, now: datetime = DAY, **options: Any) -> Report:
        return verify_record(self.url, self.state_dir, now=now, **options)

    def codes(self) -> list[tuple[str, int | None]]:
        return [(finding.code, finding.seq) for finding in self.verify().findings]

    def behind_its_back(self, *statements: str, guards: Iterable[str] = ()) -> None:
        """Change the file with plain sqlite3, after taking the named guards away for a moment."""
        connection = sqlite3.connect(self.path)
        kept = []
        for guard in guards:
            name = f"record_entry_{guard}"
            kept += connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()
            connection.execute(f"DROP TRIGGER {name}")
        for statement in (*statements, *kept):
            connection.execute(statement)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()


def begin(server: str = "web1", *, run: str = "r1", contract: str | None = "BC-1", **more: Any) -> RunBegin:
    fields = {"playbook": "site", "reason": "hand", "operator": "root", "at": DAY, **more}
    return RunBegin(terms=TERMS, run=run, server=server, contract=contract, **fields)


def end(server: str = "web1", *, run: str = "r1", contract: str | None = "BC-1", **more: Any) -> RunEnd:
    return RunEnd(terms=TERMS, run=run, server=server, contract=contract, **{"outcome": "ok", "at": DAY, **more})


def isolation(server: str, to: str = "isolated", **more: Any) -> StateChange:
    fields = {"clause": "A-4.1.2-3", "requester": "support", "reason": "unapproved software", "at": DAY, **more}
    return StateChange(terms=TERMS, server=server, **{"from": "active", "to": to}, **fields)


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """Short ways to make entries."""
    return SimpleNamespace(begin=begin, end=end, isolation=isolation, terms=TERMS, day=DAY, book=Book)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record without entries: making the tables takes longer than most tests."""
    folder = tmp_path_factory.mktemp("empty")
    with Book(folder).store():
        return folder / "record.db"


@pytest.fixture
def unmade(tmp_path: Path) -> Book:
    """A record that nobody has used yet."""
    return Book(tmp_path)


@pytest.fixture
def book(unmade: Book, empty: Path) -> Book:
    shutil.copy(empty, unmade.path)
    return unmade


@pytest.fixture
def filled(book: Book) -> Book:
    """Ten entries of two contracts and none, all runs finished."""
    for number in range(5):
        contract = ("BC-1", "BC-2", None)[number % 3]
        book.append(
            begin(f"web{number}", run=f"r{number}", contract=contract),
            end(f"web{number}", run=f"r{number}", contract=contract),
        )
    return book

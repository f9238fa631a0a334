"""A statement goes on record once: with its digests, both profiles' figures, and the chain that it was made from."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from doubles.told import at, say, statement
from infogere.errors import InfogereError
from infogere.record.kinds.money import StatementIssued
from infogere.record.reading import Reader
from infogere.record.store import Store
from infogere.statements import build
from infogere.statements.issue import Pages, issue, issued
from infogere.statements.model import Statement

PAGES = Pages("fr", b"<html>", b"%PDF")


class Shelf:
    """A copy of the example's record."""

    def __init__(self, folder: Path, wanted: build.Wanted) -> None:
        self.folder, self.wanted = folder, wanted
        self.url = f"sqlite:///{folder}/record.db"
        self.now = wanted.at + timedelta(hours=1)

    def told(self) -> Statement:
        with Reader(self.url) as reader:
            return build.load(reader, self.wanted)

    def issue(self, told: Statement, pages: Pages = PAGES) -> int:
        with Store(self.url, self.folder) as store:
            return issue(store, told, pages, self.now)

    def issued(self, told: Statement, pages: Pages = PAGES) -> int | None:
        with Reader(self.url) as reader:
            return issued(reader, told, pages)

    def entry(self, seq: int) -> StatementIssued:
        with Reader(self.url) as reader:
            entry = reader.entry(seq).typed()
        assert isinstance(entry, StatementIssued)
        return entry

    def happen(self) -> None:
        with Store(self.url, self.folder) as store:
            note = say("incident-note", "2026-11-03 09:30", incident="INC-0371", text="called back")
            store.append(note.model_copy(update={"contract": self.wanted.contract}), now=self.now)


@pytest.fixture
def shelf(example_record: tuple[Path, build.Wanted], tmp_path: Path) -> Shelf:
    folder, wanted = example_record
    return Shelf(Path(shutil.copytree(folder, tmp_path / "state")), wanted)


def test_what_the_entry_says(shelf: Shelf) -> None:
    told = shelf.told()
    entry = shelf.entry(shelf.issue(told))
    assert (entry.contract, entry.month, entry.language) == ("OF-2026-0147", "2026-10", "fr")
    assert (entry.head_seq, entry.head_hash) == (told.proof.seq, told.proof.hash)
    assert entry.html_digest == hashlib.sha256(b"<html>").hexdigest()
    assert entry.pdf_digest == hashlib.sha256(b"%PDF").hexdigest()
    customer, provider = entry.priced
    assert (customer.profile, customer.rate, customer.total_amount) == ("customer", "99.224891", "84.00")
    assert (customer.gtd_percent, customer.gtr_percent, customer.breach) == ("15", "20", True)
    assert (provider.profile, provider.total_amount, provider.breach) == ("provider", "0.00", False)


def test_an_unchanged_record_needs_no_second_entry(shelf: Shelf) -> None:
    told = shelf.told()
    assert shelf.issued(told) is None
    seq = shelf.issue(told)
    again = shelf.told()
    assert again == told, "its own entry is no news"
    with Store(shelf.url, shelf.folder) as store:
        store.checkpoint("HBT-20220901-01", now=at("2026-11-05 09:00"))
    assert shelf.told() == told, "nor is a later signature"
    assert shelf.issued(again) == seq
    assert shelf.issued(again, replace(PAGES, pdf=None)) == seq, "the PDF is made from the page"


def test_another_page_or_a_longer_chain_is_another_statement(shelf: Shelf) -> None:
    told = shelf.told()
    shelf.issue(told)
    assert shelf.issued(told, replace(PAGES, html=b"<html lang=en>")) is None
    shelf.happen()
    later = shelf.told()
    assert later.proof.contract_seq == told.proof.contract_seq + 2, "the statement's own entry stands between"
    assert shelf.issued(later) is None


def test_nothing_is_issued_from_a_chain_that_grew_meanwhile(shelf: Shelf) -> None:
    told = shelf.told()
    shelf.happen()
    with pytest.raises(InfogereError, match="grew while its statement was made"):
        shelf.issue(told)


def test_a_month_that_runs_does_not_go_on_record(shelf: Shelf) -> None:
    with pytest.raises(InfogereError, match="2024-06 is not over"):
        shelf.issue(statement(now="2024-06-20 12:00"))


def test_a_statement_is_found_behind_many_others(shelf: Shelf) -> None:
    told = shelf.told()
    seq = shelf.issue(told)
    with Store(shelf.url, shelf.folder) as store, store.writing(now=at("2026-11-04 09:00")) as transaction:
        for number in range(30):
            other = shelf.entry(seq).model_copy(update={"html_digest": f"{number:064x}"})
            transaction.append(other)
    again = shelf.told()
    assert again.proof == told.proof
    assert shelf.issued(again) == seq

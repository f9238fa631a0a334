"""What has happened is kept when the record cannot be written, and goes in first, once."""

from __future__ import annotations

import sqlite3

import pytest

from infogere.record import chain, happened, spool
from infogere.record.database import RecordError
from infogere.record.store import Store


def messages(book):
    with book.reader() as reader:
        return [entry.data.get("message") for entry in reader.entries(kind="run-end")]


def test_spooled_entries_go_first_in_their_order(book, make):
    book.append(make.begin(run="r1"), make.begin(run="r2"))
    for run in ("r1", "r2"):
        spool.put(book.state_dir, make.end(run=run, message=f"end of {run}"), chain.new_salt())
    assert ("spool", None) in book.codes()
    book.append(make.end("web9", run="r9", message="now"))
    assert messages(book) == ["end of r1", "end of r2", "now"]
    assert spool.count(book.state_dir) == (0, 0)
    assert [code for code, _ in book.codes()] == ["stray-end"], "web9 never began"


def test_what_has_not_happened_yet_never_waits(book, make):
    with pytest.raises(RecordError, match="run-begin is written before the action"):
        spool.put(book.state_dir, make.begin(), chain.new_salt())
    assert spool.count(book.state_dir) == (0, 0)


def test_a_crash_between_commit_and_clearing_does_not_write_twice(book, make):
    book.append(make.begin())
    path = spool.put(book.state_dir, make.end(), chain.new_salt())
    lines = path.read_bytes()
    book.append(make.begin(run="r2"))
    path.write_bytes(lines)
    book.append(make.end(run="r2"))
    report = book.verify()
    assert (report.entries, report.findings) == (4, ())


class LosesTheAnswer(Store):
    """A record whose server takes the entry in and goes away before it can say so."""

    def append(self, *given, **named):
        super().append(*given, **named)
        raise RecordError("server closed the connection unexpectedly")


def test_an_entry_whose_answer_was_lost_is_not_written_twice(book, make, monkeypatch):
    book.append(make.begin())
    with monkeypatch.context() as broken:
        broken.setattr(happened, "Store", LosesTheAnswer)
        receipt = happened.keep(book.url, book.state_dir, make.end(message="done"))
    assert (receipt.seq, receipt.spooled) == (None, book.state_dir / spool.SPOOL_FILE)
    with book.store() as store:
        store.append(make.begin(run="r2"))
    assert messages(book) == ["done"]
    assert spool.count(book.state_dir) == (0, 0)


def test_a_refused_append_keeps_the_spool(book, make):
    book.append(make.begin())
    spool.put(book.state_dir, make.end(), chain.new_salt())
    holder = sqlite3.connect(book.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(RecordError), book.store(wait=0.1) as store:
        store.append(make.begin(run="r2"))
    holder.close()
    assert spool.count(book.state_dir) == (1, 0)


def test_a_torn_line_is_set_aside_and_shown(book, make):
    book.append(make.begin())
    path = spool.put(book.state_dir, make.end(), chain.new_salt())
    with path.open("ab") as file:
        file.write(b'{"kind":"run-end","fields":{"ter')
    book.append(make.begin(run="r2"), make.end(run="r2"))
    assert spool.count(book.state_dir) == (0, 1)
    report = book.verify()
    assert report.whole
    assert [finding.code for finding in report.findings] == ["spool"]


def test_the_spool_is_the_owners_alone(book, make):
    assert spool.put(book.state_dir, make.end(), chain.new_salt()).stat().st_mode & 0o777 == 0o600


def test_no_room_anywhere_is_one_clear_error(book, make):
    (book.state_dir / "spool").write_text("a file where the folder should be")
    with pytest.raises(RecordError, match="neither the record nor its spool"):
        spool.put(book.state_dir, make.end(), chain.new_salt())

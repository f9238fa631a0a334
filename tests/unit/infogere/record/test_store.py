"""Appending: order, both chains, many writers, sudden death, a record that cannot be written."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
from datetime import timedelta

import pytest

from infogere.record import chain
from infogere.record.database import RecordError
from infogere.record.entries import Checkpoint, Correction
from infogere.record.store import Store


def rows(book, sql):
    connection = sqlite3.connect(book.path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_numbers_are_gapless_in_the_record_and_in_each_contract(filled):
    stored = rows(filled, "SELECT seq, contract, contract_seq FROM record_entry ORDER BY seq")
    assert [seq for seq, *_ in stored] == list(range(1, 11))
    assert [number for _, contract, number in stored if contract == "BC-1"] == [1, 2, 3, 4]
    assert [number for _, contract, number in stored if contract is None] == [None, None]


def test_the_stored_bytes_are_what_is_hashed(filled):
    for entry_hash, body in rows(filled, "SELECT hash, body FROM record_entry"):
        assert chain.entry_hash(body) == entry_hash
        assert chain.parse(body)["terms"] == "HBT-20220901-01"


def test_the_record_and_the_key_are_the_owners_alone(book, make):
    book.append(make.begin())
    book.append(make.end(), now=make.day + timedelta(days=1))
    for name in ("record.db", "record.key"):
        assert (book.state_dir / name).stat().st_mode & 0o777 == 0o600


def test_a_clock_that_goes_back_does_not_turn_the_record_round(book, make):
    book.append(make.begin(), now=make.day)
    book.append(make.end(), now=make.day - timedelta(hours=1))
    (first,), (second,) = rows(book, "SELECT recorded FROM record_entry ORDER BY seq")
    assert second == first
    assert book.verify().whole


def test_the_first_append_of_a_day_signs_the_days_before(book, make):
    for day in range(3):
        book.append(make.begin(run=f"r{day}"), make.end(run=f"r{day}"), now=make.day + timedelta(days=day))
    kinds = [kind for (kind,) in rows(book, "SELECT kind FROM record_entry ORDER BY seq")]
    pair = ["run-begin", "run-end"]
    assert kinds == [*pair, "checkpoint", *pair, "checkpoint", *pair]
    report = book.verify()
    assert (report.findings, report.checkpoints) == ((), 2)


def test_a_correction_names_an_entry_that_exists(filled, make):
    filled.append(Correction(terms=make.terms, corrects=3, text="it was another server"))
    with pytest.raises(RecordError, match="entry 99 is named but does not exist"):
        filled.append(Correction(terms=make.terms, corrects=99, text="no"))
    assert filled.verify().entries == 11


def test_a_checkpoint_cannot_be_given(book, make):
    given = Checkpoint(terms=make.terms, size=0, root="0" * 64, peaks=(), key="0" * 64, signature="0" * 128)
    with pytest.raises(RecordError, match="computed"):
        book.append(given)


def _append_many(book, make, writer):
    for number in range(20):
        book.append(make.begin(run=f"{writer}-{number}", contract=f"BC-{writer % 3}"))


def test_eight_writers_at_once_make_one_chain_also_on_first_use(unmade, make):
    book = unmade
    spawn = multiprocessing.get_context("fork")
    writers = [spawn.Process(target=_append_many, args=(book, make, number)) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(300)
    assert [writer.exitcode for writer in writers] == [0] * 8
    report = book.verify()
    assert report.entries == 160
    assert {finding.code for finding in report.findings} == {"unfinished"}
    assert rows(book, "SELECT min(seq), max(seq), count(*) FROM record_entry") == [(1, 160, 160)]


APPEND_FOR_EVER = """
import sys
from pathlib import Path
from infogere.record.entries import RunBegin
from infogere.record.store import Store
state_dir = Path(sys.argv[1])
with Store(f"sqlite:///{state_dir / 'record.db'}", state_dir) as store:
    while True:
        entry = RunBegin(terms="T", run="r", server="web1", playbook="site", reason="hand", operator="root")
        print(store.append(entry), flush=True)
"""


def test_a_writer_killed_in_the_middle_leaves_what_it_acknowledged(book):
    writer = subprocess.Popen(
        [sys.executable, "-c", APPEND_FOR_EVER, str(book.state_dir)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    for _ in range(50):
        writer.stdout.readline()
    os.kill(writer.pid, signal.SIGKILL)
    acknowledged = 50 + len([line for line in writer.stdout.read().split("\n") if line])
    writer.wait()
    report = book.verify()
    assert report.whole
    assert report.entries >= acknowledged - 1, "the last line may be torn"


@pytest.mark.parametrize("fault", ["locked", "read-only", "not a database", "no folder"])
def test_a_record_that_cannot_be_written_says_so(book, make, fault):
    book.append(make.begin())
    holder = None
    if fault == "locked":
        holder = sqlite3.connect(book.path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
    elif fault == "read-only":
        make_read_only(book.path)
    elif fault == "not a database":
        book.path.write_bytes(b"not a database at all" * 100)
    url = f"sqlite:///{book.path}/below/record.db" if fault == "no folder" else book.url
    with pytest.raises(RecordError) as caught, Store(url, book.state_dir, wait=0.1) as store:
        store.append(make.begin())
    assert caught.value.way_out
    assert "\n" not in str(caught.value)
    if holder:
        holder.close()


def make_read_only(path):
    """Header byte 18, a write version beyond SQLite's own: read-only for everybody, root included."""
    with path.open("r+b") as file:
        file.seek(18)
        file.write(b"\x03")


def test_an_unknown_database_is_refused(tmp_path):
    with pytest.raises(RecordError, match="mysql"):
        Store("mysql://user:hunter2@db/record", tmp_path)


def numbered(make):
    """An entry that says how many of its kind the record holds already."""
    return lambda reader: make.begin(reference=str(sum(1 for _ in reader.newest("run-begin"))))


def test_an_entry_made_from_the_record_sees_all_before_it(book, make):
    with book.store() as store:
        made = [store.append_made(numbered(make)) for _ in range(3)]
    assert [(seq, entry.reference) for seq, entry in made] == [(1, "0"), (2, "1"), (3, "2")]


def test_what_refuses_to_be_made_leaves_nothing(book, make):
    def refuse(_reader):
        raise RecordError("no")

    with book.store() as store:
        with pytest.raises(RecordError, match="no"):
            store.append_made(refuse)
        assert store.append(make.begin()) == 1


def _number_some(url, state_dir, make, times):
    with Store(url, state_dir) as store:
        for _ in range(times):
            store.append_made(numbered(make), now=make.day)


def test_two_controllers_never_make_the_same(book, make):
    book.append(make.end())
    writers = [
        multiprocessing.get_context("fork").Process(target=_number_some, args=(book.url, book.state_dir, make, 10))
        for _ in range(2)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(300)
    with book.reader() as reader:
        said = [int(entry.data["reference"]) for entry in reader.newest("run-begin")]
    assert said == list(reversed(range(20)))


def test_entries_and_rows_beside_them_are_one_transaction(book, make):
    book.append(make.begin())
    with book.store() as store:
        with store.writing(now=make.day) as transaction:
            transaction.rows("CREATE TABLE beside (word TEXT)")
            transaction.rows("INSERT INTO beside VALUES (:word)", word="kept")
            assert [transaction.append(make.end()), transaction.append(make.begin(run="r2"))] == [2, 3]

        def fail_half_way():
            with store.writing(now=make.day) as transaction:
                transaction.rows("INSERT INTO beside VALUES (:word)", word="lost")
                transaction.append(make.end(run="r2"))
                raise KeyError

        with pytest.raises(KeyError):
            fail_half_way()
        with store.writing(now=make.day - timedelta(days=1)) as transaction:
            assert transaction.rows("SELECT word FROM beside") == [("kept",)]
            assert transaction.clock == make.day, "a clock that was set back does not set the record's back"
    assert book.verify().entries == 3
    assert book.codes() == [("unfinished", 3)]

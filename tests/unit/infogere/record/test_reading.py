"""Reading: filters, unfinished runs, last states, entries of other releases and damaged ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from infogere.record import chain
from infogere.record.database import RecordError, RecordMissing
from infogere.record.entries import RunBegin


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, list(range(1, 11))),
        ({"limit": 3}, [8, 9, 10]),
        ({"server": "web1"}, [3, 4]),
        ({"contract": "BC-1"}, [1, 2, 7, 8]),
        ({"kind": "run-end", "contract": "BC-2"}, [4, 10]),
        ({"server": "nobody"}, []),
    ],
)
def test_filters(filled, filters, found):
    with filled.reader() as reader:
        assert [entry.seq for entry in reader.entries(**filters)] == found


def test_since_is_inclusive(book, make):
    for hours in range(3):
        book.append(make.begin(run=f"r{hours}"), now=make.day + timedelta(hours=hours))
    with book.reader() as reader:
        assert [entry.seq for entry in reader.entries(since=make.day + timedelta(hours=1))] == [2, 3]


def test_an_entry_comes_back_as_its_model(filled, make):
    with filled.reader() as reader:
        entry = reader.entry(1)
        assert entry.typed() == make.begin("web0", run="r0")
        assert isinstance(entry.typed(), RunBegin)
        assert entry.at == make.day
        with pytest.raises(RecordError, match="no entry 11"):
            reader.entry(11)


def test_a_kind_of_a_later_release_is_readable(book, make):
    book.append(make.begin())
    with book.reader() as reader:
        first = reader.entry(1)
    common = {name: first.fields[name] for name in ("terms", "run", "server", "contract", "at", "follows")}
    later = chain.seal(
        common,
        {"phase": "full"},
        kind="moon-phase",
        clauses=("A-9-9",),
        recorded=first.recorded,
        salt="0" * 32,
        head=chain.Head(1, first.hash),
        contract_head=chain.Head(1, first.hash),
    )
    book.behind_its_back(
        "INSERT INTO record_entry VALUES"
        f" (2, '{later.hash}', 'moon-phase', '{first.recorded}', 'r1', 'web1', 'BC-1', 2, x'{later.body.hex()}')"
    )
    with book.reader() as reader:
        assert reader.entry(2).data == {"phase": "full"}
        assert reader.entry(2).typed() is None
    assert book.verify().whole


def test_a_damaged_entry_is_not_believed(filled):
    filled.behind_its_back("UPDATE record_entry SET body = 'x' WHERE seq = 4", guards=["no_update"])
    with filled.reader() as reader, pytest.raises(RecordError, match="entry 4 of the record is damaged"):
        _ = reader.entry(4).data


def test_unfinished_runs(book, make):
    book.append(
        make.begin("web1"),
        make.begin("web2"),
        make.end("web1"),
        make.begin("web1"),
        make.begin("web2"),
        make.end("web2"),
    )
    with book.reader() as reader:
        assert [(entry.seq, entry.server) for entry in reader.unfinished()] == [(2, "web2"), (4, "web1")]


def test_last_state_of_each_server(book, make):
    book.append(
        make.isolation("web1"),
        make.isolation("web2"),
        make.begin("web1"),
        make.isolation("web1", to="active", **{"reason": "approved"}),
    )
    with book.reader() as reader:
        states = {server: entry.data["to"] for server, entry in reader.latest_states().items()}
        assert states == {"web1": "active", "web2": "isolated"}
        assert set(reader.latest_states(["web2", "web9"])) == {"web2"}
        assert set(reader.latest_states(f"web{number}" for number in range(1000))) == {"web1", "web2"}
        assert reader.latest_states([]) == {}


@pytest.mark.parametrize(
    "read",
    [
        lambda reader: reader.latest_states(["web1"]),
        lambda reader: reader.latest_states(),
        lambda reader: reader.entries(since=datetime(2026, 11, 23, tzinfo=UTC)),
        lambda reader: reader.entries(server="web1"),
        lambda reader: reader.entries(kind="state"),
        lambda reader: reader.entries(contract="BC-1"),
        lambda reader: list(reader.stream(contract="BC-1")),
        lambda reader: reader.unfinished(),
    ],
)
def test_no_question_reads_the_whole_table(filled, read):
    plans = []
    with filled.reader() as reader:
        rows = reader._database.rows

        def watched(sql, **values):
            plans.extend(rows(f"EXPLAIN QUERY PLAN {sql}", **values))
            return rows(sql, **values)

        reader._database.rows = watched
        read(reader)
    steps = [detail for *_, detail in plans]
    assert steps
    # A bare "SEARCH" is SQLite's word for looking up a largest number.
    known = ("INDEX", "PRIMARY KEY", "SUBQUERY")
    assert all(step == "SEARCH record_entry" or any(word in step for word in known) for step in steps), steps


def test_no_record_yet(unmade):
    book = unmade
    with pytest.raises(RecordMissing) as caught:
        book.reader()
    assert caught.value.way_out
    assert not book.path.exists(), "reading makes nothing"

"""An export proves itself complete: judged by our own reader and by an independent one."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doubles.export_judge import judge
from infogere.errors import InfogereError
from infogere.record.database import RecordError
from infogere.record.examine import verify_lines
from infogere.record.export import export_lines
from infogere.record.findings import Point
from infogere.record.keys import signer

DAYS = timedelta(days=1)


def export(book, contract=None, *, now=None, since=None):
    lines = export_lines(
        book.url, book.state_dir, terms="HBT-20220901-01", contract=contract, since=since, now=now or book.now
    )
    return list(lines)


def key_of(book):
    return signer(book.state_dir).public


def codes(lines, book, **options):
    return {finding.code for finding in verify_lines(lines, keys=[key_of(book)], **options).findings}


def fill(book, make):
    """Three contracts and nobody's, over a week with two quiet days; 40 entries and the checkpoints."""
    for first, day in ((0, 0), (5, 1), (10, 4), (15, 5)):
        entries = []
        for number in range(first, first + 5):
            run = {"run": f"r{number}", "contract": ("BC-1", "BC-2", None, "BC-3")[number % 4]}
            entries += [make.begin(f"web{number}", **run), make.end(f"web{number}", **run)]
        book.append(*entries, now=make.day + day * DAYS)
    book.now = make.day + 6 * DAYS
    return book


@pytest.fixture
def long(book, make):
    return fill(book, make)


@pytest.fixture(scope="module")
def exports(empty, make, tmp_path_factory):
    """Exports of one record for the tests that only read: contract -> lines, and the public key."""
    folder = tmp_path_factory.mktemp("exported")
    shutil.copy(empty, folder / "record.db")
    book = fill(make.book(folder), make)
    return {contract: export(book, contract) for contract in (None, "BC-1")}, key_of(book)


@pytest.mark.parametrize(("contract", "entries"), [(None, 46), ("BC-1", 10), ("BC-2", 10), ("BC-3", 10)])
def test_both_judges_find_an_export_whole(long, contract, entries):
    lines = export(long, contract)
    report = verify_lines(lines, keys=[key_of(long)])
    assert (report.findings, report.entries, report.checkpoints, report.late) == ((), entries, 6, 2)
    assert judge(b"".join(lines), key_of(long)) == entries


def test_it_ends_with_a_checkpoint_and_is_the_same_again(filled):
    lines = export(filled, "BC-1")
    assert lines == export(filled, "BC-1")
    assert b'"kind":"checkpoint"' in lines[-2]
    filled.append(*[])
    assert filled.verify().checkpoints == 1


def test_a_contract_sees_nothing_of_the_others_but_hashes(filled):
    lines = export(filled, "BC-1")
    text = b"".join(lines)
    assert b"BC-2" not in text
    assert b"web1" not in text
    assert next(line for line in lines if line.startswith(b'{"hidden":')).startswith(b'{"hidden":4,"nodes":["')


def test_it_is_compact(long):
    """Of a stretch of n entries no more than 2 log2(n) nodes are shown."""
    hidden = [line for line in export(long, "BC-1") if line.startswith(b'{"hidden":')]
    assert max(len(line) for line in hidden) < 6 * 70


def test_an_earlier_checkpoint_must_be_in_the_later_export(long, make):
    earlier = verify_lines(export(long, "BC-1")).newest
    long.append(make.begin(run="later", contract="BC-2"), now=long.now)
    lines = export(long, "BC-1", since=earlier)
    assert codes(lines, long, since=earlier) == set()
    assert judge(b"".join(lines), key_of(long), since=(earlier.size, earlier.root)) == 10
    forked = Point(earlier.size, "00" * 32)
    assert codes(lines, long, since=forked) == {"since"}
    assert codes(lines, long, since=Point(7, earlier.root)) == {"since"}
    with pytest.raises(RecordError, match=f"not a continuation of {forked}"):
        export(long, "BC-1", since=forked)
    with pytest.raises(RecordError, match="no checkpoint over 999 entries"):
        export(long, "BC-1", since=Point(999, earlier.root))


@pytest.mark.parametrize("text", ["", "12", "x:" + "0" * 64, "12:" + "0" * 63, "12:" + "G" * 64, "-1:" + "0" * 64])
def test_what_is_no_checkpoint(text):
    with pytest.raises(InfogereError, match="SIZE:ROOT"):
        Point.parse(text)
    assert Point.parse("12:" + "0" * 64) == Point(12, "0" * 64)


def test_an_unknown_key_is_shown_and_a_wrong_one_refused(filled):
    lines = export(filled, "BC-1")
    shown = verify_lines(lines)
    assert shown.whole
    assert [finding.code for finding in shown.findings] == ["key"]
    assert not verify_lines(lines, keys=["00" * 32]).whole


@pytest.mark.parametrize(
    "damage",
    [
        lambda lines: lines[:-1],
        lambda lines: [*lines[:-2], lines[-1]],
        lambda lines: [lines[0], *lines[2:]],
        lambda lines: lines[1:],
        lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
        lambda lines: [*lines, lines[1]],
        lambda lines: [lines[0], lines[1], *lines[1:]],
        lambda lines: lines[:0],
        lambda lines: [lines[0], b"\n", *lines[1:]],
        lambda lines: [lines[0], b'{"hidden":1,"nodes":["' + b"0" * 64 + b'"]}\n', *lines[1:]],
        lambda lines: [lines[0], b'{"hidden":0,"nodes":[]}\n', *lines[1:]],
        lambda lines: [lines[0], b'{"hidden":true,"nodes":7}\n', *lines[1:]],
        lambda lines: [lines[0], b'{"hidden":9007199254740991,"nodes":[]}\n', *lines[1:]],
    ],
)
@pytest.mark.parametrize("contract", [None, "BC-1"])
def test_missing_moved_and_added_lines_are_found(exports, contract, damage):
    lines, key = exports
    assert not verify_lines(damage(lines[contract]), keys=[key]).whole


@pytest.mark.parametrize("contract", [None, "BC-1"])
def test_every_line_counts(exports, contract):
    lines, key = exports[0][contract], exports[1]
    for number in range(len(lines)):
        assert not verify_lines(lines[:number] + lines[number + 1 :], keys=[key]).whole, lines[number]


def test_a_missing_checkpoint_day_is_named(exports):
    lines, key = exports
    without = [line for line in lines["BC-1"] if b'"day":"2026-11-25"' not in line]
    messages = [finding.message for finding in verify_lines(without, keys=[key]).findings]
    assert any("no checkpoint closes 2026-11-25" in message for message in messages)


@pytest.fixture
def small(book, make):
    """The smallest export that has a line of each sort."""
    book.append(make.begin(contract="BC-2"), make.begin(contract="BC-1"))
    book.now = make.day + DAYS
    return book


@pytest.mark.parametrize("bits", [0x01, 0x20])
def test_changed_bytes_are_found(small, bits):
    """Every seventh here; each one with each bit: tests/faults/test_record_faults.py."""
    whole = b"".join(export(small, "BC-1"))
    key = key_of(small)
    assert whole.count(b"\n") == 5
    for offset in range(bits % 7, len(whole), 7):
        changed = bytearray(whole)
        changed[offset] ^= bits
        assert not verify_lines(bytes(changed).splitlines(keepends=True), keys=[key]).whole, offset


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_bytes_put_in_or_taken_out_are_found(small, data):
    whole = b"".join(export(small, "BC-1"))
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 9)))
    changed = whole[:start] + data.draw(st.binary(max_size=9)) + whole[end:]
    if changed != whole:
        assert not verify_lines(changed.splitlines(keepends=True), keys=[key_of(small)]).whole


def test_a_changed_line_is_named(filled):
    lines = export(filled, "BC-1")
    lines[2] = lines[2].replace(b'"ok"', b'"no"')
    (finding,) = verify_lines(lines, keys=[key_of(filled)]).findings
    assert finding.message.startswith("line 3, entry 2 (run-end, 2026-11-23T09:00:00.000000Z): the entry was changed")


def test_a_broken_record_is_not_handed_out(filled):
    filled.behind_its_back("UPDATE record_entry SET body = 'x' WHERE seq = 7", guards=["no_update"])
    with pytest.raises(RecordError, match="entry 7"):
        export(filled)


def test_another_customers_entry_that_was_replaced_stops_at_the_next_checkpoint(long):
    long.behind_its_back(f"UPDATE record_entry SET hash = '{'0' * 64}' WHERE seq = 3", guards=["no_update"])
    with pytest.raises(RecordError, match=r"entry 11 \(checkpoint.*signed for 10 entries that are not the 10"):
        export(long, "BC-1")


def test_a_contract_without_entries(filled):
    with pytest.raises(RecordError, match="no entry of contract BC-404"):
        export(filled, "BC-404")
    assert filled.verify().entries == 10


def test_an_empty_file_is_called_empty():
    assert [finding.message for finding in verify_lines([]).findings] == ["the file is empty"]

"""An export proves itself complete: judged by our own reader and by an independent one."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infogere.record.database import RecordError
from infogere.record.export import export_lines, verify_lines
from infogere.record.keys import SigningKey


def independent_judge(export: bytes) -> int:
    """A third party's verifier, written from docs/record-format.md alone; returns the number of entries."""

    def spell(value):
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    assert export.endswith(b"\n")
    lines = export[:-1].split(b"\n")
    values = [json.loads(line) for line in lines]
    assert lines == [spell(value) for value in values]
    header, *entries, last = values
    contract = header["export"]["contract"]
    number, previous = ("seq", "previous") if contract is None else ("contract_seq", "contract_previous")
    head = "0" * 64
    for place, entry in enumerate(entries, 1):
        body = entry["body"]
        assert hashlib.sha256(b"infogere:record:entry:1\n" + spell(body)).hexdigest() == entry["hash"]
        assert (body[number], body[previous]) == (place, head)
        assert contract is None or body["contract"] == contract
        head = entry["hash"]
    seal = last["seal"]
    assert (seal["entries"], seal["head"], seal["contract"]) == (len(entries), head, contract)
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(seal["key"])).verify(
        bytes.fromhex(last["signature"]), b"infogere:record:seal:1\n" + spell(seal)
    )
    return len(entries)


def export(book, contract=None):
    with book.reader() as reader:
        return list(export_lines(reader, book.state_dir, contract=contract))


def key_of(book):
    return SigningKey(book.state_dir).public


@pytest.mark.parametrize(("contract", "entries"), [(None, 10), ("BC-1", 4), ("BC-2", 4)])
def test_both_judges_find_an_export_whole(filled, contract, entries):
    lines = export(filled, contract)
    report = verify_lines(lines, keys=[key_of(filled)])
    assert (report.findings, report.entries) == ((), entries)
    assert independent_judge(b"".join(lines)) == entries


def test_checkpoints_are_judged_offline_too(book, make):
    book.append(make.begin(), make.end())
    book.append(make.begin(run="r2"), make.end(run="r2"), now=make.day + timedelta(days=1))
    report = verify_lines(export(book), keys=[key_of(book)])
    assert (report.findings, report.checkpoints) == ((), 1)


def test_a_contract_sees_nothing_of_the_others(filled):
    text = b"".join(export(filled, "BC-1"))
    assert b"BC-2" not in text
    assert b"web1" not in text


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
    ],
)
@pytest.mark.parametrize("contract", [None, "BC-1"])
def test_missing_moved_and_added_lines_are_found(filled, contract, damage):
    assert not verify_lines(damage(export(filled, contract)), keys=[key_of(filled)]).whole


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_flipped_bit_is_found(filled, data):
    whole = b"".join(export(filled, "BC-1"))
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    flipped = bytearray(whole)
    flipped[bit // 8] ^= 1 << bit % 8
    assert not verify_lines(bytes(flipped).splitlines(keepends=True), keys=[key_of(filled)]).whole


def test_a_changed_line_is_named(filled):
    lines = export(filled, "BC-1")
    lines[2] = lines[2].replace(b'"ok"', b'"no"')
    (finding,) = verify_lines(lines, keys=[key_of(filled)]).findings
    assert finding.message.startswith("line 3, entry 2 (run-end, 2026-11-23T09:00:00.000000Z): the entry was changed")


def test_a_broken_record_is_not_handed_out(filled):
    filled.behind_its_back("UPDATE record_entry SET body = 'x' WHERE seq = 7", guards=["no_update"])
    with pytest.raises(RecordError, match="entry 7"):
        export(filled)


def test_a_contract_without_entries(filled):
    with pytest.raises(RecordError, match="no entry of contract BC-404"):
        export(filled, "BC-404")

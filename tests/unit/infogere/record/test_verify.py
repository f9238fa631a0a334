"""Verification names what was changed: bytes of the file, columns, rows, order, the tail."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infogere.record import chain, verify
from infogere.record.database import RecordError, RecordMissing, RecordOutOfReach
from infogere.record.store import Store

TERMS = "HBT-20220901-01"
ALL = ("no_update", "no_delete", "in_turn")


def test_a_whole_record_has_no_findings(filled):
    report = filled.verify()
    assert (report.findings, report.entries, report.whole) == ((), 10, True)


def test_one_flipped_byte_in_the_file_names_the_entry(filled):
    filled.behind_its_back()  # moves the log into the file
    with filled.reader() as reader:
        body = reader.entry(4).body
    content = bytearray(filled.path.read_bytes())
    place = content.find(body)
    assert place > 0
    content[place + body.index(b"web1")] ^= 0x01
    filled.path.write_bytes(content)
    report = filled.verify()
    (finding,) = report.findings
    assert not report.whole
    assert (finding.code, finding.seq) == ("entry", 4)
    assert "entry 4 (run-end, 2026-11-23T09:00:00.000000Z)" in finding.message


def test_every_byte_of_an_entry_counts(filled):
    filled.behind_its_back()
    with filled.reader() as reader:
        body = reader.entry(4).body
    whole = filled.path.read_bytes()
    place = whole.find(body)
    for offset in range(0, len(body), 29):
        content = bytearray(whole)
        content[place + offset] ^= 0x80
        filled.path.write_bytes(content)
        assert ("entry", 4) in filled.codes(), offset


@pytest.mark.parametrize(
    ("assignment", "code"),
    [
        ("kind = 'run-begin'", "metadata"),
        ("recorded = '2020-01-01T00:00:00.000000Z'", "metadata"),
        ("server = 'other'", "metadata"),
        ("run = NULL", "metadata"),
        ("hash = replace(hash, substr(hash, 1, 1), 'g')", "entry"),
        ("body = CAST(replace(CAST(body AS TEXT), '\"ok\"', '\"no\"') AS BLOB)", "entry"),
        ("body = 'text'", "entry"),
        ("contract = 'BC-9'", "metadata"),
        ("contract_seq = 77", "metadata"),
    ],
)
def test_a_changed_column_names_the_entry(filled, assignment, code):
    filled.behind_its_back(f"UPDATE record_entry SET {assignment} WHERE seq = 4", guards=["no_update"])
    assert (code, 4) in filled.codes()


def test_a_removed_row_is_a_gap(filled):
    filled.behind_its_back("DELETE FROM record_entry WHERE seq IN (5, 6)", guards=["no_delete"])
    findings = filled.verify().findings
    assert [(finding.code, finding.seq) for finding in findings] == [("gap", 7)]
    assert "entries 5 to 6 missing from the record" in findings[0].message


def test_a_removed_row_of_a_contract_is_a_gap_in_it_too(filled):
    filled.behind_its_back("DELETE FROM record_entry WHERE seq = 2", guards=["no_delete"])
    assert {("gap", 3), ("contract-gap", 7), ("unfinished", 1)} <= set(filled.codes())


def test_swapped_rows(filled):
    filled.behind_its_back(
        "UPDATE record_entry SET seq = -1 WHERE seq = 5",
        "UPDATE record_entry SET seq = 5 WHERE seq = 6",
        "UPDATE record_entry SET seq = 6 WHERE seq = -1",
        guards=["no_update"],
    )
    assert {("metadata", 5), ("metadata", 6), ("link", 5)} <= set(filled.codes())


def test_an_entry_replaced_together_with_its_hash_breaks_the_link(filled):
    with filled.reader() as reader:
        forged = reader.entry(4).body.replace(b'"ok"', b'"no"')
    filled.behind_its_back(
        f"UPDATE record_entry SET body = x'{forged.hex()}', hash = '{chain.entry_hash(forged)}' WHERE seq = 4",
        guards=["no_update"],
    )
    assert ("link", 5) in filled.codes()


@pytest.mark.parametrize("removed", [1, 3, 10])
def test_a_removed_tail_is_told_by_the_witness(filled, removed):
    filled.behind_its_back(f"DELETE FROM record_entry WHERE seq > {10 - removed}", guards=["no_delete"])
    assert ("tail", 11 - removed) in filled.codes()


def test_a_removed_record_is_told_by_the_witness(filled):
    filled.path.unlink()
    assert filled.codes() == [("tail", 1)]


def test_a_tail_that_was_replaced_is_told_by_the_witness(filled, make, tmp_path):
    filled.behind_its_back("DELETE FROM record_entry WHERE seq = 10", guards=["no_delete"])
    witness = next(filled.state_dir.glob("record.witness-*"))
    remembered = witness.read_text()
    witness.unlink()
    filled.append(make.end("web4", run="r4", contract="BC-2", message="nothing happened"))
    witness.write_text(remembered)
    assert ("tail", 10) in filled.codes()


@pytest.mark.parametrize("removed", [1, 10])
def test_nothing_is_written_behind_a_removed_tail(filled, make, removed):
    filled.behind_its_back(f"DELETE FROM record_entry WHERE seq > {10 - removed}", guards=["no_delete"])
    with pytest.raises(RecordError, match=f"ends at entry {10 - removed}, but this controller wrote up to entry 10"):
        filled.append(make.begin())
    with filled.store() as store, pytest.raises(RecordError, match="nothing is written behind that"):
        store.checkpoint(TERMS)
    assert ("tail", 11 - removed) in filled.codes()


def test_a_removed_record_is_not_begun_again(filled, make):
    filled.path.unlink()
    with pytest.raises(RecordError, match=r"ends at entry 0, but .* up to entry 10.* -> infogere record verify"):
        filled.append(make.begin())
    assert not filled.path.exists()
    assert filled.codes() == [("tail", 1)]


def test_nothing_is_written_behind_a_replaced_entry(filled, make):
    filled.behind_its_back("UPDATE record_entry SET hash = 'x' WHERE seq = 10", guards=["no_update"])
    with pytest.raises(RecordError, match="entry 10 of the record is not the one that this controller wrote"):
        filled.append(make.begin())


def test_what_another_controller_wrote_since_is_no_gap(filled, make, tmp_path):
    with Store(filled.url, tmp_path / "other controller") as store:
        store.append(make.begin(run="r9"))
    assert filled.append(make.end(run="r9"))


def test_a_state_folder_put_back_elsewhere_keeps_its_witness(filled, make, tmp_path):
    moved = replace(filled, state_dir=tmp_path / "elsewhere")
    shutil.copytree(filled.state_dir, moved.state_dir)
    moved.behind_its_back("DELETE FROM record_entry WHERE seq = 10", guards=["no_delete"])
    assert ("tail", 10) in moved.codes()


def test_a_rewritten_history_does_not_fit_the_signed_checkpoint(book, make):
    """Whoever can write the database, but not sign, rewrites a whole day with fitting hashes."""
    book.append(make.begin(contract=None), make.end(contract=None))
    book.append(
        make.begin(run="r2", contract=None), make.end(run="r2", contract=None), now=make.day + timedelta(days=1)
    )
    head, statements = chain.EMPTY, []
    with book.reader() as reader:
        for entry in reader.stream():
            fields = dict(entry.fields)
            fields["previous"] = head.hash
            if entry.seq == 2:
                fields["data"] = {**fields["data"], "message": "all was well"}
            body = chain.canonical(fields)
            head = chain.Head(entry.seq, chain.entry_hash(body))
            statements.append(
                f"UPDATE record_entry SET body = x'{body.hex()}', hash = '{head.hash}' WHERE seq = {entry.seq}"
            )
    book.behind_its_back(*statements, guards=["no_update"])
    next(book.state_dir.glob("record.witness-*")).unlink()
    assert book.codes() == [("checkpoint", 3)]


def test_a_checkpoint_signed_by_a_stranger(book, make):
    book.append(make.begin(), make.end())
    book.append(make.begin(run="r2"), make.end(run="r2"), now=make.day + timedelta(days=1))
    (book.state_dir / "record.key").unlink()
    stranger = book.verify().findings
    assert [(finding.code, finding.broken) for finding in stranger] == [("key", False)]
    with book.reader() as reader:
        key = reader.entry(3).data["key"]
    assert book.verify(keys=[key]).findings == ()
    assert [finding.broken for finding in book.verify(keys=["00" * 32]).findings] == [True]
    (book.state_dir / "record.trusted").write_text(f"{key}\n")
    assert book.verify().findings == ()


def test_a_begin_without_an_end_is_a_warning(book, make):
    book.append(make.begin(run="killed"), make.begin(run="killed"), make.end(run="killed"))
    report = book.verify()
    (finding,) = report.findings
    assert report.whole
    assert (finding.code, finding.seq) == ("unfinished", 1)
    assert "begun at 2026-11-23T09:00:00.000000Z on web1, no end" in finding.message


def test_a_file_torn_to_pieces_is_a_finding_not_a_traceback(filled):
    filled.behind_its_back()
    content = bytearray(filled.path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    filled.path.write_bytes(content)
    report = filled.verify()
    assert not report.whole
    assert {"database", "tail"} <= {finding.code for finding in report.findings}


def test_a_record_that_cannot_be_read_is_not_called_changed(filled):
    filled.path.rename(filled.path.with_suffix(".away"))
    filled.path.mkdir()
    with pytest.raises(RecordOutOfReach, match="cannot be opened: unable to open database file -> check the file"):
        filled.verify()


TAMPERING = st.sampled_from(
    [
        *(f"{name} = {value}" for name in ("run", "server", "contract") for value in ("NULL", "'x'", "x'00'")),
        *("kind = 'x'", "kind = 'checkpoint'", "kind = x'00'", "kind = 'run-begin'"),
        *("recorded = '2026-11-22T09:00:00.000000Z'", "recorded = 5", "hash = lower(hex(randomblob(32)))", "hash = 1"),
        *("contract_seq = contract_seq + 1", "contract_seq = NULL", "contract_seq = 2.5", "body = 'text'"),
        *("body = CAST(body AS TEXT)", "body = replace(body, 'r', 's')", "seq = seq + 50"),
        "contract = 'BC-1', contract_seq = 9",
    ]
)
BODIES = st.sampled_from(
    [
        *((b'"ok"', b'"no"'), (b'"server":"web', b'"server":"wob'), (b'"contract":"BC-1"', b'"contract":"BC-2"')),
        *(
            (b'"seq":', b'"seq":1'),
            (b'"contract_seq":', b'"contract_seq":1'),
            (b'"recorded":"2026', b'"recorded":"2025'),
        ),
        *((b'"recorded":"2026-11-23T09', b'"recorded":"2026-11-23T%s' % hour) for hour in (b"08", b"10")),
        *((b'"recorded":"2026-11-23', b'"recorded":"2026-11-24'), (b'"kind":"run', b'"kind":"ran'), (b":", b": ")),
        *((b'"previous":"', b'"previous":"0'), (b'"contract_previous":', b'"contract_previous":0'), (b"null", b"1.5")),
        *((b'"format":1', b'"format":2'), (b'"salt":', b'"salt":1,"salt":'), (b'"run-begin"', b'"checkpoint"')),
    ]
)


@given(st.data())
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_short_way_hides_nothing(filled, data):
    """Whatever was changed: with the short way for ordinary entries, verification says the same as without it."""
    kept = filled.path.read_bytes()
    statements = []
    for seq in data.draw(st.sets(st.integers(1, 10), min_size=1, max_size=3)):
        with filled.reader() as reader:
            old, new = data.draw(BODIES)
            forged = reader.entry(seq).body.replace(old, new, 1)
        way = data.draw(st.integers(0, 5))
        if way == 0:
            statements.append(f"DELETE FROM record_entry WHERE seq = {seq}")
        elif way == 1:
            statements.append(f"UPDATE OR IGNORE record_entry SET {data.draw(TAMPERING)} WHERE seq = {seq}")
        else:
            fitting = f", hash = '{chain.entry_hash(forged)}', recorded = '{_recorded(forged)}'" if way > 2 else ""
            statements.append(f"UPDATE OR IGNORE record_entry SET body = x'{forged.hex()}'{fitting} WHERE seq = {seq}")
    filled.behind_its_back(*statements, guards=ALL)
    try:
        quick = filled.verify()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(verify, "read", lambda _: None)
            assert filled.verify() == quick
    finally:
        filled.path.write_bytes(kept)


def _recorded(body):
    return body.partition(b'"recorded":"')[2].partition(b'"')[0].decode()


def test_no_record_yet(unmade):
    book = unmade
    with pytest.raises(RecordMissing, match="no record at"):
        book.verify()

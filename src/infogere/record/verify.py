"""Verify the whole record: every entry, every link, every checkpoint, the tail, and open ends."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from infogere.record import chain, spool, witness
from infogere.record.database import RecordError, RecordMissing, RecordOutOfReach
from infogere.record.envelope import read
from infogere.record.findings import Finding, Point, Report
from infogere.record.judge import Fields, Judge, fields_of
from infogere.record.keys import trusted_keys
from infogere.record.reading import RUN_KINDS, OpenRuns, Reader, StoredEntry
from infogere.record.tally import Tally

# Columns that repeat what the body says.
_COLUMNS = ("seq", "kind", "recorded", "run", "server", "contract", "contract_seq")


def verify_record(
    url: str, state_dir: Path, *, keys: Iterable[str] = (), since: Point | None = None, now: datetime | None = None
) -> Report:
    """Read everything at ``url`` and compare it with itself and with what the state folder remembers.

    Args:
        keys: further public keys (hex) whose checkpoints count.
        since: an earlier checkpoint that the record must go on from.

    Raises ``RecordMissing`` and ``RecordOutOfReach`` where there is nothing to judge.
    """
    judge = Judge(known=trusted_keys(state_dir) | frozenset(keys), since=since)
    findings: list[Finding] = []
    remembered = witness.remembered(state_dir, url)
    try:
        with Reader(url) as reader, _without_collection():
            findings += _database_findings(reader)
            findings += _row_findings(reader, judge, remembered)
    except RecordMissing:
        if not remembered.seq:
            raise
    except RecordOutOfReach:
        raise
    except RecordError as error:
        findings.append(Finding("database", f"after entry {judge.head.seq}: {error}"))
    findings += judge.end()
    findings += _day_findings(judge, now or datetime.now(UTC))
    findings += _tail_findings(judge.head.seq, remembered)
    findings += _spool_findings(state_dir)
    return Report(tuple(findings), judge.entries, judge.checkpoints, judge.late, judge.newest)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Entries pass and hold no cycles: looking for some costs a tenth of a verification."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _database_findings(reader: Reader) -> Iterator[Finding]:
    for line in reader.damage():
        yield Finding("database", f"database check: {line}")
    missing = sorted(reader.guards_missing())
    if missing:
        yield Finding("guards", f"guards of the table are gone: {', '.join(missing)}; entries could be changed")


def _row_findings(reader: Reader, judge: Judge, remembered: chain.Head) -> Iterator[Finding]:
    runs, tally = OpenRuns(), Tally()
    # A million times: rows stay tuples, and an entry with which nothing is wrong takes the short way (``passes``).
    for row in reader.rows():
        seq, _, kind, _, _, server, contract, _, body = row
        tally.add(seq, kind, server, contract)
        said = read(body) if type(body) is bytes else None
        if said is None or not judge.passes(row, said):
            yield from _judged(judge, StoredEntry.of(row))
        if kind in RUN_KINDS and not runs.see(row):
            yield Finding("stray-end", f"{StoredEntry.of(row).label}: an end without a begin", broken=False, seq=seq)
        if seq == remembered.seq:
            yield from _witness_findings(StoredEntry.of(row), remembered)
    for name in tally.differing(reader.index_sums()):
        yield Finding("database", f"index {name} does not say what the table says; searches may miss entries")
    for begin in runs.begins():
        yield Finding(
            "unfinished",
            f"entry {begin.seq}: begun at {begin.recorded} on {begin.server}, no end (killed, or still running)",
            broken=False,
            seq=begin.seq,
        )


def _judged(judge: Judge, entry: StoredEntry) -> list[Finding]:
    """What the judge says of an entry, and of its columns."""
    fields = fields_of(entry.body)
    found = judge.check(entry, fields)
    # The columns of an entry that was changed are no finding of their own.
    if fields is not None and not any(finding.code == "entry" for finding in found):
        found += _metadata_findings(entry, fields)
    return found


def _witness_findings(entry: StoredEntry, remembered: chain.Head) -> Iterator[Finding]:
    if remembered.hash not in (entry.hash, chain.entry_hash(entry.body)):
        yield Finding("tail", f"{entry.label}: not the entry that this controller wrote", seq=entry.seq)


def _metadata_findings(entry: StoredEntry, fields: Fields) -> list[Finding]:
    """Columns that say something else than the body."""
    return [
        Finding(
            "metadata",
            f"{entry.label}: column {column} says {getattr(entry, column)!r}, the entry {fields.get(column)!r}",
            seq=entry.seq,
        )
        for column in _COLUMNS
        if getattr(entry, column) != fields.get(column)
    ]


def _day_findings(judge: Judge, now: datetime) -> Iterator[Finding]:
    unclosed = judge.unclosed_days(chain.instant_text(now)[:10])
    if unclosed:
        yield Finding("day", f"{unclosed} yet; the next entry does, or `infogere record checkpoint`", broken=False)


def _tail_findings(last: int, remembered: chain.Head) -> Iterator[Finding]:
    if remembered.seq > last:
        yield Finding(
            "tail",
            f"the record ends at entry {last}, but this controller wrote up to entry {remembered.seq}:"
            " the tail was removed",
            seq=last + 1,
        )


def _spool_findings(state_dir: Path) -> Iterator[Finding]:
    waiting, unreadable = spool.count(state_dir)
    if waiting:
        yield Finding("spool", f"{waiting} entries wait in the spool; the next append takes them in", broken=False)
    if unreadable:
        yield Finding("spool", f"{unreadable} lines of {state_dir / spool.UNREADABLE_FILE} hold no entry", broken=False)

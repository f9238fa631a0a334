"""Hand out the record, or one contract's part of it, as lines that prove themselves complete.

One JSON object per line: what the file is about, then the entries in order, and last a signed seal. In a contract's
export the others' entries are stretches of Merkle nodes: the reader grows the same tree as the provider, so that every
checkpoint proves every line before it, whole and in its place, and that the record only ever grew.
``docs/record-format.md`` is the specification; ``examine`` reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from infogere.record import chain
from infogere.record.database import RecordError
from infogere.record.findings import Finding, Point
from infogere.record.judge import Judge, fields_of
from infogere.record.keys import Signer, signer_in_force
from infogere.record.merkle import Stretch
from infogere.record.reading import Reader, StoredEntry
from infogere.record.signatures import seal_bytes
from infogere.record.store import Store

FORMAT = 2


def export_lines(
    url: str,
    state_dir: Path,
    *,
    terms: str,
    contract: str | None = None,
    since: Point | None = None,
    now: datetime | None = None,
) -> Iterator[bytes]:
    """The lines of an export, each ending in a newline; a broken chain is refused, naming the entry.

    It ends with a checkpoint over everything before it, which is made if it is not there.

    Args:
        terms: version of the terms in force, for that checkpoint.
        contract: only this order form's entries; None for the whole record.
        since: an earlier checkpoint that the export must go on from.
    """
    with Reader(url) as reader:
        if contract is not None and not reader.entries(contract=contract, limit=1):
            raise RecordError(f"the record has no entry of contract {contract}", way_out="see `infogere record list`")
        now = now or datetime.now(UTC)
        with Store(url, state_dir) as store:
            last = store.checkpoint(terms, now=now)
            in_force = store.keys_in_force()
            signer = signer_in_force(state_dir, in_force)
        judge = Judge(contract=contract, known=in_force, since=since)
        yield chain.canonical({"export": {"contract": contract, "format": FORMAT}}) + b"\n"
        yield from _entries(reader, judge, last)
        _refuse_if_broken(list(judge.end()))
        yield _seal(judge, signer, reader.entry(last).recorded)


def _entries(reader: Reader, judge: Judge, last: int) -> Iterator[bytes]:
    stretch = Stretch(0)
    contract = judge.contract
    for entry in reader.stream(up_to=last) if contract is None else reader.redacted(contract, up_to=last):
        if not isinstance(entry, StoredEntry):
            stretch.add(entry)
            continue
        if stretch.count:
            yield _hidden(judge, stretch)
        _refuse_if_broken(judge.check(entry, fields_of(entry.body)))
        stretch = Stretch(entry.seq)
        yield b'{"body":' + entry.body + b',"hash":"' + entry.hash.encode() + b'"}\n'


def _hidden(judge: Judge, stretch: Stretch) -> bytes:
    judge.hide(stretch.count, stretch.nodes)
    return chain.canonical({"hidden": stretch.count, "nodes": stretch.nodes}) + b"\n"


def _refuse_if_broken(findings: list[Finding]) -> None:
    for finding in findings:
        if finding.code == "since":
            raise RecordError(finding.message, way_out="compare SIZE:ROOT with the customer's; infogere record verify")
        if finding.broken:
            raise RecordError(f"no export of a broken record: {finding.message}", way_out="infogere record verify")


def _seal(judge: Judge, signer: Signer, sealed: str) -> bytes:
    seal = {
        "contract": judge.contract,
        "entries": judge.entries,
        "format": FORMAT,
        "head": judge.head.hash,
        "key": signer.public,
        "root": judge.tree.root,
        "sealed": sealed,
        "size": judge.tree.size,
    }
    return chain.canonical({"seal": seal, "signature": signer.sign(seal_bytes(seal))}) + b"\n"

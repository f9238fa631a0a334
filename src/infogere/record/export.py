"""Hand out the record, or one contract's part of it, as lines that prove themselves complete.

One JSON object per line: first what the file is about, then ``{"body":{...},"hash":"..."}`` for each
entry, and last a seal that states how many there are and which is the last, signed with the
controller's key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infogere.record import chain
from infogere.record.database import RecordError
from infogere.record.judge import Exhibit, Finding, Judge
from infogere.record.keys import SigningKey, signature_fits
from infogere.record.reading import OpenRuns, Reader, StoredEntry
from infogere.record.verify import Report, label_of

SEAL_PREFIX = b"infogere:record:seal:1\n"


def export_lines(
    reader: Reader, state_dir: Path, *, contract: str | None = None, now: datetime | None = None
) -> Iterator[bytes]:
    """The lines of an export, each ending in a newline; a broken chain is refused, naming the entry."""
    key = SigningKey(state_dir)
    judge = Judge(contract=contract, trusted=frozenset({key.public}))
    yield chain.canonical({"export": {"contract": contract, "format": chain.FORMAT}}) + b"\n"
    for entry in reader.stream(contract=contract):
        exhibit = Exhibit(entry.seq, entry.contract, entry.contract_seq, entry.hash, entry.body, label_of(entry))
        for finding in judge.check(exhibit):
            if finding.broken and finding.code != "key":
                raise RecordError(f"no export of a broken record: {finding.message}", way_out="infogere record verify")
        yield b'{"body":' + entry.body + b',"hash":"' + entry.hash.encode() + b'"}\n'
    if contract is not None and not judge.entries:
        raise RecordError(f"the record has no entry of contract {contract}", way_out="see `infogere record list`")
    seal = {
        "contract": contract,
        "entries": judge.entries,
        "format": chain.FORMAT,
        "head": judge.head.hash if judge.entries else chain.NOTHING,
        "key": key.public,
        "sealed": chain.instant_text(now or datetime.now(UTC)),
    }
    signature = key.sign(SEAL_PREFIX + chain.canonical(seal))
    yield chain.canonical({"seal": seal, "signature": signature}) + b"\n"


def verify_lines(lines: Iterable[bytes], *, keys: Iterable[str] = ()) -> Report:
    """Verify an export by itself; needs neither the record nor the provider.

    Args:
        lines: the lines of the file, with their newlines.
        keys: public keys (hex) of which one must have signed; without any, an unknown key is only shown.
    """
    examination = _Examination(frozenset(keys))
    findings = [finding for number, line in enumerate(lines, 1) for finding in examination.line(number, line)]
    findings += examination.end()
    return Report(tuple(findings), examination.judge.entries, examination.judge.checkpoints)


class _Examination:
    """State of reading one export, line by line."""

    def __init__(self, trusted: frozenset[str]) -> None:
        self._trusted = trusted
        self.judge = Judge(trusted=trusted)
        self._runs = OpenRuns()
        self._sealed = False

    def line(self, number: int, line: bytes) -> Iterator[Finding]:
        value = _parse(line)
        if self._sealed:
            yield Finding("seal", f"line {number}: something follows the seal")
        elif number == 1:
            yield from self._header(value)
        elif value is not None and value.keys() == {"seal", "signature"}:
            self._sealed = True
            yield from self._seal(value["seal"], value["signature"])
        elif value is not None and value.keys() == {"body", "hash"}:
            entry = _stored(value["body"], value["hash"])
            exhibit = Exhibit(
                entry.seq,
                entry.contract,
                entry.contract_seq,
                entry.hash,
                entry.body,
                f"line {number}, {label_of(entry)}",
            )
            yield from self.judge.check(exhibit)
            self._runs.see(entry)
        else:
            self.judge.skip_unreadable()
            yield Finding("entry", f"line {number}: changed, or not a line of an export")

    def end(self) -> Iterator[Finding]:
        if not self._sealed:
            yield Finding("seal", "the export does not end with its seal: the tail was removed")
        for begin in self._runs.begins():
            yield Finding(
                "unfinished", f"{label_of(begin)}: begun on {begin.server}, no end", broken=False, seq=begin.seq
            )

    def _header(self, value: Mapping[str, Any] | None) -> Iterator[Finding]:
        about = value.get("export") if value else None
        if not isinstance(about, dict) or about.get("format") != chain.FORMAT:
            yield Finding("entry", "line 1: not the first line of an export of this format")
            return
        self.judge = Judge(contract=about.get("contract"), trusted=self._trusted)

    def _seal(self, seal: Mapping[str, Any], signature: object) -> Iterator[Finding]:
        key = str(seal.get("key"))
        if not signature_fits(key, str(signature), SEAL_PREFIX + chain.canonical(seal)):
            yield Finding("seal", "the seal's signature does not fit")
            return
        stated = (seal.get("contract"), seal.get("entries"), seal.get("head"))
        found = (self.judge.contract, self.judge.entries, self.judge.head.hash)
        if stated != found:
            yield Finding("seal", f"sealed for {stated[1]} entries that are not the {found[1]} in this file")
        if key not in self._trusted:
            yield Finding(
                "key",
                f"sealed by key {key}, which is not known here -> compare it with the provider's, then pass --key",
                broken=bool(self._trusted),
            )


def _parse(line: bytes) -> dict[str, Any] | None:
    """The object of a line; None unless the line is its canonical spelling."""
    try:
        value = chain.parse(line.removesuffix(b"\n"))
    except ValueError:
        return None
    parts = (value.get("body", {}), value.get("seal", {}))
    return value if line.endswith(b"\n") and all(isinstance(part, dict) for part in parts) else None


def _stored(body: Mapping[str, Any], stated_hash: object) -> StoredEntry:
    """A line's entry in the form of a row; ill-typed claims become zero or None and then do not fit."""

    def text(name: str) -> str | None:
        return body[name] if isinstance(body.get(name), str) else None

    def number(name: str) -> int | None:
        return body[name] if type(body.get(name)) is int else None

    return StoredEntry(
        seq=number("seq") or 0,
        hash=str(stated_hash),
        kind=text("kind") or "",
        recorded=text("recorded") or "",
        run=text("run"),
        server=text("server"),
        contract=text("contract"),
        contract_seq=number("contract_seq"),
        body=chain.canonical(body),
    )

"""Verify an export by itself; needs neither the record nor the provider, only a public key known from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from infogere.record import chain
from infogere.record.days import day_of
from infogere.record.export import FORMAT
from infogere.record.findings import Finding, Point, Report
from infogere.record.judge import Fields, Judge, fields_of
from infogere.record.reading import OpenRuns, StoredEntry
from infogere.record.signatures import seal_bytes, signature_fits

# An entry's line around its body and its hash.
_BODY, _HASH, _END = b'{"body":', b',"hash":"', b'"}\n'
_TAIL = len(_HASH) + len(chain.NOTHING) + len(_END)
_SEAL_KEYS = {"contract", "entries", "format", "head", "key", "root", "sealed", "size"}


def verify_lines(lines: Iterable[bytes], *, keys: Iterable[str] = (), since: Point | None = None) -> Report:
    """Verify an export.

    Args:
        lines: the lines of the file, with their newlines.
        keys: public keys (hex) of which one must lead to the signing one; without any, that key is only shown.
        since: the newest checkpoint of an earlier export; the record must go on from it.
    """
    examination = _Examination(frozenset(keys), since)
    findings: list[Finding] = []
    number = 0
    for number, line in enumerate(lines, 1):
        findings += examination.line(number, line)
    if number == 0:
        return Report((Finding("entry", "the file is empty"),), 0, 0)
    findings += examination.end()
    judge = examination.judge
    return Report(tuple(findings), judge.entries, judge.checkpoints, judge.late, judge.newest)


class _Examination:
    """State of reading one export, line by line."""

    def __init__(self, known: frozenset[str], since: Point | None) -> None:
        self.judge = Judge(known=known, since=since)
        self._runs = OpenRuns()
        self._sealed = False

    def line(self, number: int, line: bytes) -> Iterable[Finding]:
        place = f"line {number}, "
        if self._sealed:
            return [Finding("seal", f"line {number}: something follows the seal")]
        if number == 1:
            return self._header(_parse(line))
        entry = _entry(line)
        if entry is not None:
            self._runs.see(entry[0])
            return self.judge.check(*entry, place)
        value = _parse(line) or {}
        if value.keys() == {"hidden", "nodes"}:
            return self.judge.hide(value["hidden"], value["nodes"], place)
        if value.keys() == {"seal", "signature"} and isinstance(value["seal"], dict):
            self._sealed = True
            return list(self._seal(value["seal"], value["signature"]))
        self.judge.skip_unreadable()
        return [Finding("entry", f"line {number}: changed, or not a line of an export")]

    def end(self) -> Iterator[Finding]:
        if not self._sealed:
            yield Finding("seal", "the export does not end with its seal: the tail was removed")
        yield from self.judge.end()
        for begin in self._runs.begins():
            what = f"{begin.label}: begun on {begin.server}, no end"
            yield Finding("unfinished", what, broken=False, seq=begin.seq)

    def _header(self, value: Mapping[str, Any] | None) -> Iterator[Finding]:
        about = value.get("export") if value else None
        if not isinstance(about, dict) or about.keys() != {"contract", "format"} or about["format"] != FORMAT:
            yield Finding("entry", "line 1: not the first line of an export of this format")
            return
        self.judge = Judge(contract=about["contract"], known=self.judge.known, since=self.judge.since)

    def _seal(self, seal: Mapping[str, Any], signature: object) -> Iterator[Finding]:
        judge, key = self.judge, str(seal.get("key"))
        if not judge.covered:
            yield Finding("checkpoint", "the last entry is no checkpoint: what it should cover may be missing")
        if seal.keys() != _SEAL_KEYS or not signature_fits(key, str(signature), seal_bytes(seal)):
            yield Finding("seal", "the seal's signature does not fit")
            return
        if not judge.ring.signed(key):
            yield Finding("key", f"sealed by key {key}, which the record does not introduce")
        stated = [seal[name] for name in ("contract", "entries", "head", "size", "root")]
        if stated != [judge.contract, judge.entries, judge.head.hash, judge.tree.size, judge.tree.root]:
            yield Finding("seal", f"sealed for {stated[1]} entries that are not the {judge.entries} in this file")
        try:
            unclosed = judge.unclosed_days(day_of(str(seal["sealed"])).isoformat())
        except ValueError:
            unclosed = "sealed at no instant"
        if unclosed:
            yield Finding("day", f"{unclosed}, before the seal")


def _entry(line: bytes) -> tuple[StoredEntry, Fields | None] | None:
    """An entry's line in the form of a row, and its fields; None for a line of another form.

    The body is taken from between the fixed parts and read by itself: if it is canonical, so is the line.
    """
    if not (line.startswith(_BODY) and line[-_TAIL:].startswith(_HASH) and line.endswith(_END)):
        return None
    body = line[len(_BODY) : -_TAIL]
    fields = fields_of(body)
    known = fields or {}

    def text(name: str) -> str | None:
        return known[name] if isinstance(known.get(name), str) else None

    def number(name: str) -> int | None:
        return known[name] if type(known.get(name)) is int else None

    entry = StoredEntry(
        seq=number("seq") or 0,
        hash=line[-_TAIL + len(_HASH) : -len(_END)].decode("ascii", "replace"),
        kind=text("kind") or "",
        recorded=text("recorded") or "",
        run=text("run"),
        server=text("server"),
        contract=text("contract"),
        contract_seq=number("contract_seq"),
        body=body,
    )
    return entry, fields


def _parse(line: bytes) -> dict[str, Any] | None:
    """The object of a line; None unless the line is its canonical spelling and ends like one."""
    try:
        return chain.parse(line.removesuffix(b"\n")) if line.endswith(b"\n") else None
    except ValueError:
        return None

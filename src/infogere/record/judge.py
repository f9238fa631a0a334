"""Follow the chains entry by entry and say what does not fit. No database here: the judge of
``verify`` (rows) and of ``export`` (lines) is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from infogere.record import chain
from infogere.record.checkpoint import signed_bytes
from infogere.record.keys import signature_fits
from infogere.record.merkle import Tree


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be.

    Attributes:
        code: entry, link, gap, contract-link, contract-gap, metadata, chronology, checkpoint, key,
            tail, seal, guards, database, unfinished, stray-end or spool.
        message: one line that names the entry, its kind and its time.
        broken: True if the record was changed or damaged; False for what an administrator should look at.
        seq: the entry, where there is one.
    """

    code: str
    message: str
    broken: bool = True
    seq: int | None = None


@dataclass(frozen=True)
class Exhibit:
    """One entry as it was found: claimed numbers and hash beside the body.

    ``seq`` and ``contract_seq`` are the claims of the row or line; the body has the last word if
    its hash fits.
    """

    seq: int
    contract: str | None
    contract_seq: int | None
    hash: str
    body: bytes
    label: str


@dataclass
class _Chain:
    """End of one chain; ``hashes`` are the values that the next entry may name (None: any)."""

    seq: int = 0
    hashes: frozenset[str] | None = frozenset({chain.NOTHING})


@dataclass
class Judge:
    """Checks exhibits in order.

    Args:
        contract: follow only this contract's chain (its export); None follows the whole record.
        trusted: public keys whose signatures count.
    """

    contract: str | None = None
    trusted: frozenset[str] = frozenset()
    entries: int = 0
    checkpoints: int = 0
    _whole: _Chain = field(default_factory=_Chain)
    _contracts: dict[str, _Chain] = field(default_factory=dict)
    _recorded: str = ""
    _tree: Tree = field(default_factory=Tree)

    @property
    def head(self) -> chain.Head:
        """Last number and hash of the chain that is followed."""
        end = self._whole if self.contract is None else self._contracts.get(self.contract, _Chain())
        return chain.Head(end.seq, next(iter(end.hashes)) if end.hashes else "")

    def check(self, exhibit: Exhibit) -> Iterator[Finding]:
        """Findings about one entry; afterwards it is the head of its chains."""
        self.entries += 1
        computed = chain.entry_hash(exhibit.body)
        fields = _fields(exhibit.body)
        intact = computed == exhibit.hash and fields is not None
        if not intact:
            yield Finding("entry", f"{exhibit.label}: the entry was changed, its hash does not fit", seq=exhibit.seq)
        # A changed entry is one finding: its successor may name the hash it had or the one it has.
        hashes = frozenset({exhibit.hash, computed}) if computed != exhibit.hash else frozenset({computed})
        yield from self._check_chains(exhibit, fields if intact else None, hashes)
        if intact and fields is not None:
            yield from self._check_time(exhibit, fields)
            if fields["kind"] == "checkpoint" and self.contract is None:
                yield from self._check_checkpoint(exhibit, fields["data"])
        self._tree.add(exhibit.hash if _is_hash(exhibit.hash) else computed)

    def skip_unreadable(self) -> None:
        """A line that holds no entry at all: the next one may name anything as its predecessor."""
        for end in (self._whole, *self._contracts.values()):
            end.seq += 1
            end.hashes = None

    def _check_chains(
        self, exhibit: Exhibit, fields: Mapping[str, Any] | None, hashes: frozenset[str]
    ) -> Iterator[Finding]:
        if self.contract is not None and exhibit.contract != self.contract:
            yield Finding("entry", f"{exhibit.label}: not of contract {self.contract}", seq=exhibit.seq)
        if self.contract is None:
            previous = fields["previous"] if fields else None
            yield from _follow(self._whole, exhibit, exhibit.seq, previous, name="the record")
            self._whole = _Chain(exhibit.seq, hashes)
        contract, number = exhibit.contract, exhibit.contract_seq
        if contract is not None and number is not None:
            end = self._contracts.get(contract, _Chain())
            previous = fields["contract_previous"] if fields else None
            yield from _follow(end, exhibit, number, previous, name=f"contract {contract}", prefix="contract-")
            self._contracts[contract] = _Chain(number, hashes)

    def _check_time(self, exhibit: Exhibit, fields: Mapping[str, Any]) -> Iterator[Finding]:
        recorded = str(fields["recorded"])
        if recorded < self._recorded:
            yield Finding("chronology", f"{exhibit.label}: recorded before its predecessor [A-2-6]", seq=exhibit.seq)
        self._recorded = recorded

    def _check_checkpoint(self, exhibit: Exhibit, data: Mapping[str, Any]) -> Iterator[Finding]:
        self.checkpoints += 1
        size, root, key = data.get("size"), data.get("root"), str(data.get("key"))
        if not signature_fits(key, str(data.get("signature")), signed_bytes(size, root)):
            yield Finding("checkpoint", f"{exhibit.label}: the signature does not fit", seq=exhibit.seq)
        elif (size, root) != (self._tree.size, self._tree.root):
            yield Finding(
                "checkpoint",
                f"{exhibit.label}: signed for {size} entries that are not the {self._tree.size} before it",
                seq=exhibit.seq,
            )
        elif key not in self.trusted:
            yield Finding(
                "key",
                f"{exhibit.label}: signed by key {key}, which is not known here -> compare it, then pass --key",
                broken=bool(self.trusted),
                seq=exhibit.seq,
            )


def _fields(body: bytes) -> Mapping[str, Any] | None:
    """What the body says; None if it is not an entry of this format."""
    try:
        fields = chain.parse(body)
    except ValueError:
        return None
    texts = all(isinstance(fields.get(name), str) for name in ("kind", "previous", "recorded"))
    return fields if texts and isinstance(fields.get("data"), dict) and "contract_previous" in fields else None


def _follow(
    end: _Chain, exhibit: Exhibit, number: int, previous: str | None, *, name: str, prefix: str = ""
) -> Iterator[Finding]:
    """Compare an entry with the end of a chain: next number, and the predecessor's hash (None: unknown)."""
    if number != end.seq + 1:
        missing = f"entry {end.seq + 1}" if number == end.seq + 2 else f"entries {end.seq + 1} to {number - 1}"
        what = f"{missing} missing from {name}" if number > end.seq + 1 else f"out of order in {name}"
        yield Finding(f"{prefix}gap", f"{exhibit.label}: {what}", seq=exhibit.seq)
    elif previous is not None and end.hashes is not None and previous not in end.hashes:
        yield Finding(
            f"{prefix}link",
            f"{exhibit.label}: does not follow its predecessor in {name}; one of the two was replaced",
            seq=exhibit.seq,
        )


def _is_hash(text: str) -> bool:
    return len(text) == len(chain.NOTHING) and all(digit in "0123456789abcdef" for digit in text)

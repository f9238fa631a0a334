"""Follow the chains entry by entry and say what does not fit. No database here: the judge of
``verify`` (rows) and of ``export`` (lines) is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from infogere.record import chain
from infogere.record.days import Calendar
from infogere.record.findings import Finding, Point
from infogere.record.keyring import KeyRing
from infogere.record.merkle import Tree, levels
from infogere.record.signatures import checkpoint_bytes, key_bytes, signature_fits

if TYPE_CHECKING:
    from infogere.record.envelope import Envelope
    from infogere.record.reading import Row, StoredEntry

# Kinds that a contract's export shows although they belong to no contract: they prove the rest.
SIGNED_KINDS = frozenset({"checkpoint", "key"})
Fields = Mapping[str, Any]


@dataclass(slots=True)
class _Chain:
    """End of one chain; ``hashes`` are the values that the next entry may name (None: any)."""

    seq: int = 0
    hashes: tuple[str, ...] | None = (chain.NOTHING,)


@dataclass
class Judge:
    """Checks entries in order.

    Args:
        contract: an export of this contract: its chain is complete, other entries may be hidden.
            None follows the whole record.
        known: public keys (hex) that the reader knows from elsewhere.
        since: what the reader remembers from an earlier checkpoint.
    """

    contract: str | None = None
    known: frozenset[str] = frozenset()
    since: Point | None = None
    entries: int = 0
    checkpoints: int = 0
    late: int = 0
    newest: Point | None = None
    tree: Tree = field(default_factory=Tree)
    _whole: _Chain = field(default_factory=_Chain)
    _contracts: dict[str, _Chain] = field(default_factory=dict)
    _recorded: str = ""
    _last_kind: str = ""
    _since_seen: bool = False

    def __post_init__(self) -> None:
        self.ring = KeyRing(self.known)
        self._days = Calendar()

    @property
    def head(self) -> chain.Head:
        """Last number and hash of the chain that is followed."""
        end = self._whole if self.contract is None else self._contracts.get(self.contract, _Chain())
        return chain.Head(end.seq, end.hashes[0] if end.hashes else "")

    def passes(self, row: Row, said: Envelope) -> bool:
        """Take in an entry of the whole record that signs nothing and with which nothing is wrong.

        Done for each of a million entries: the comparisons of ``check``, and of the columns with the body, without a
        call or an object that is not needed. False, and nothing has changed, for any other entry: ``check`` must
        take that one in, and says what there is to say.

        Args:
            row: the columns of a ``StoredEntry``.
            said: what its body says.
        """
        digest = sha256(chain.ENTRY_PREFIX + row[8]).digest()
        entry_hash, recorded, contract, whole = digest.hex(), said.recorded, said.contract, self._whole
        if (
            row[:8] != (said.seq, entry_hash, said.kind, recorded, said.run, said.server, contract, said.contract_seq)
            or said.seq != whole.seq + 1
            or whole.hashes is None
            or said.previous not in whole.hashes
            or recorded < self._recorded
            or recorded[:10] != self._days.open
            or said.kind in SIGNED_KINDS
            or self.contract is not None
        ):
            return False
        if contract is not None:
            end = self._contracts.get(contract)
            if (
                end is None
                or said.contract_seq != end.seq + 1
                or end.hashes is None
                or said.contract_previous not in end.hashes
            ):
                return False
            end.seq, end.hashes = said.contract_seq, (entry_hash,)
        whole.seq, whole.hashes = said.seq, (entry_hash,)
        self.entries += 1
        self._recorded, self._last_kind = recorded, said.kind
        self.tree.add_digest(digest)
        return True

    def check(self, entry: StoredEntry, fields: Fields | None, place: str = "") -> list[Finding]:
        """Findings about one entry; afterwards it is the head of its chains.

        Args:
            fields: the parsed body (``fields_of``).
            place: where it was found, put before the entry's name.
        """
        found: list[Finding] = []
        computed = chain.entry_hash(entry.body)
        hashes: tuple[str, ...] = (computed,)
        if computed != entry.hash or fields is None:
            # A changed entry is one finding: its successor may name the hash it had or the one it has.
            hashes, fields = (entry.hash, computed), None
            found.append(_finding("entry", entry, place, "the entry was changed, its hash does not fit"))
        self._follow(entry, fields, hashes, place, found)
        if fields is not None:
            self._follow_time(entry, fields, place, found)
            if fields["kind"] in SIGNED_KINDS and (self.contract is None or fields["contract"] is None):
                self._check_signed(entry, fields, place, found)
            self._last_kind = fields["kind"]
        self.tree.add(entry.hash if entry.hash == computed or _is_hash(entry.hash) else computed)
        return found

    def hide(self, count: object, nodes: object, place: str = "") -> list[Finding]:
        """A stretch of entries of others, given as the roots of its perfect subtrees."""
        if type(count) is int and 0 < count < 2**53 and isinstance(nodes, list):
            wanted = list(levels(self.tree.size, count))
            if len(nodes) == len(wanted) and all(map(_is_hash, nodes)):
                for level, node in zip(wanted, nodes, strict=True):
                    self.tree.add_subtree(level, bytes.fromhex(node))
                self._whole = _Chain(self._whole.seq + count, None)
                if self.contract is not None:
                    return []
        return [Finding("hidden", f"{place}hidden entries that cannot be there")]

    def skip_unreadable(self) -> None:
        """A line that holds no entry at all: the next one may name anything as its predecessor."""
        for end in (self._whole, *self._contracts.values()):
            end.seq += 1
            end.hashes = None

    def end(self) -> Iterator[Finding]:
        """What can only be said when everything was seen."""
        if not self.ring.vouched_for:
            if self.known:
                what = f"signed by key {self.ring.last}, which no known key leads to"
            else:
                what = (
                    f"signed by key {self.ring.last} -> compare it with `infogere record key`, then pass it with --key"
                )
            yield Finding("key", what, broken=bool(self.known))
        if self.since and not self._since_seen:
            yield Finding("since", f"no checkpoint over {self.since.size} entries: not a continuation of {self.since}")

    def unclosed_days(self, today: str) -> str | None:
        """Days before ``today`` that have no checkpoint, in words."""
        return self._days.unclosed(today)

    @property
    def covered(self) -> bool:
        """True if a checkpoint covers everything before it and nothing follows it."""
        return self._last_kind == "checkpoint"

    def _follow(
        self, entry: StoredEntry, fields: Fields | None, hashes: tuple[str, ...], place: str, found: list[Finding]
    ) -> None:
        contract, number = entry.contract, entry.contract_seq
        if (
            self.contract is not None
            and contract != self.contract
            and not (contract is None and entry.kind in SIGNED_KINDS)
        ):
            found.append(_finding("entry", entry, place, f"not of contract {self.contract}"))
        else:
            self.entries += self.contract is None or contract is not None
        end = self._whole
        if entry.seq != end.seq + 1 or (fields and end.hashes and fields["previous"] not in end.hashes):
            found.append(_break(end, entry, entry.seq, name="the record", place=place))
        self._whole = _Chain(entry.seq, hashes)
        if contract is None or number is None:
            return
        end = self._contracts.get(contract) or _Chain()
        if number != end.seq + 1 or (fields and end.hashes and fields["contract_previous"] not in end.hashes):
            found.append(_break(end, entry, number, name=f"contract {contract}", place=place, prefix="contract-"))
        self._contracts[contract] = _Chain(number, hashes)

    def _follow_time(self, entry: StoredEntry, fields: Fields, place: str, found: list[Finding]) -> None:
        recorded = fields["recorded"]
        if recorded < self._recorded:
            found.append(_finding("chronology", entry, place, "recorded before its predecessor [A-2-6]"))
        self._recorded = recorded
        if fields["kind"] == "key":
            return  # where a key was lost, only the next one can close the days before
        day = fields["data"].get("day") if fields["kind"] == "checkpoint" else None
        try:
            if day is None:
                wrong = self._days.entry(recorded)
            else:
                late = fields["data"].get("late")
                self.late += late is True
                wrong = self._days.checkpoint(str(day), late, recorded)
        except ValueError:
            wrong = "not a day of the calendar"
        if wrong:
            found.append(_finding("day", entry, place, wrong))

    def _check_signed(self, entry: StoredEntry, fields: Fields, place: str, found: list[Finding]) -> None:
        data = fields["data"]
        if fields["kind"] == "key":
            message = key_bytes(entry.seq, data.get("key"), data.get("retires"), data.get("by"))
            if not signature_fits(str(data.get("by")), str(data.get("signature")), message):
                found.append(_finding("key", entry, place, "the signature does not fit"))
            elif not self.ring.change(data):
                broken = data.get("key") not in self.known
                what = f"key {data.get('key')} took over without the signature of the key before it"
                found.append(_finding("key", entry, place, what, broken=broken))
            return
        self.checkpoints += 1
        size, root, key = data.get("size"), data.get("root"), str(data.get("key"))
        if not signature_fits(key, str(data.get("signature")), checkpoint_bytes(data.get("day"), size, root)):
            found.append(_finding("checkpoint", entry, place, "the signature does not fit"))
            return
        if not self.ring.signed(key):
            found.append(_finding("key", entry, place, f"signed by key {key}, which the record does not introduce"))
        if (size, root) != (self.tree.size, self.tree.root):
            what = f"signed for {size} entries that are not the {self.tree.size} before it"
            found.append(_finding("checkpoint", entry, place, what))
            self._resume(data)
        else:
            self.newest = Point(self.tree.size, self.tree.root)
        if self.since and self.since.size == size:
            self._since_seen = True
            if self.since.root != root:
                found.append(_finding("since", entry, place, f"not a continuation of {self.since}"))

    def _resume(self, data: Mapping[str, Any]) -> None:
        """Go on from what was signed, so that what is wrong before a checkpoint is said once."""
        try:
            tree = Tree(data["size"], data["peaks"])
        except (KeyError, TypeError, ValueError, AttributeError):
            return
        if tree.root == data["root"]:
            self.tree = tree


def fields_of(body: bytes) -> Fields | None:
    """What a body says; None if it is not an entry of this format."""
    try:
        fields = chain.parse(body)
    except ValueError:
        return None
    if fields.keys() != chain.KEYS or fields["format"] != chain.FORMAT or not isinstance(fields["data"], dict):
        return None
    texts = type(fields["kind"]) is str and type(fields["recorded"]) is str and type(fields["previous"]) is str
    return fields if texts else None


def _finding(code: str, entry: StoredEntry, place: str, what: str, *, broken: bool = True) -> Finding:
    return Finding(code, f"{place}{entry.label}: {what}", broken=broken, seq=entry.seq)


def _break(end: _Chain, entry: StoredEntry, number: int, *, name: str, place: str, prefix: str = "") -> Finding:
    """Why an entry does not follow the end of a chain: a wrong number, or another predecessor."""
    if number == end.seq + 1:
        what = f"does not follow its predecessor in {name}; one of the two was replaced"
        return _finding(f"{prefix}link", entry, place, what)
    if number <= end.seq:
        return _finding(f"{prefix}gap", entry, place, f"out of order in {name}")
    missing = f"entry {end.seq + 1}" if number == end.seq + 2 else f"entries {end.seq + 1} to {number - 1}"
    return _finding(f"{prefix}gap", entry, place, f"{missing} missing from {name}")


def _is_hash(text: object) -> bool:
    return isinstance(text, str) and len(text) == len(chain.NOTHING) and not text.strip("0123456789abcdef")

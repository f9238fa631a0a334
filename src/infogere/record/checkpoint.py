"""Sign the record inside a write transaction: checkpoints (Merkle root over all entries so far), changes of keys."""

from __future__ import annotations

from pathlib import Path

from infogere.record import chain
from infogere.record.database import Database
from infogere.record.entries import Checkpoint
from infogere.record.keyring import KeyRing
from infogere.record.keys import Signer, signer_in_force
from infogere.record.kinds.keys import KeyChange
from infogere.record.merkle import Tree
from infogere.record.signatures import checkpoint_bytes, key_bytes

_FIRST_CHECKPOINT = "SELECT body FROM record_entry WHERE kind = 'checkpoint' ORDER BY seq LIMIT 1"
_LAST_CHECKPOINT = "SELECT body FROM record_entry WHERE kind = 'checkpoint' ORDER BY seq DESC LIMIT 1"
_KEY_CHANGES = "SELECT body FROM record_entry WHERE kind = 'key' ORDER BY seq"
_HASHES_AFTER = "SELECT hash FROM record_entry WHERE seq > :seq ORDER BY seq"


class Notary:
    """The tree over all entries and the key that may sign it; ``saw`` keeps it in step with what is appended.

    Args:
        signer: sign with this key, whatever the record says of it.
    """

    def __init__(self, database: Database, state_dir: Path, signer: Signer | None = None) -> None:
        self.signer = signer or signer_in_force(state_dir, keys_in_force(database))
        self._tree = _last_tree(database)
        for (entry_hash,) in database.rows(_HASHES_AFTER, seq=self._tree.size):
            self._tree.add(entry_hash)

    def saw(self, entry_hash: str) -> None:
        self._tree.add(entry_hash)

    def checkpoint(self, terms: str, *, day: str | None = None, late: bool = False) -> Checkpoint:
        """The checkpoint over everything before it; ``day`` is the UTC day that it closes."""
        tree = self._tree
        return Checkpoint(
            terms=terms,
            day=day,
            late=late,
            size=tree.size,
            root=tree.root,
            peaks=tree.peaks,
            key=self.signer.public,
            signature=self.signer.sign(checkpoint_bytes(day, tree.size, tree.root)),
        )

    def key_change(self, terms: str, key: str, retires: str | None) -> KeyChange:
        """Names ``key`` as one that may sign from here on."""
        by = self.signer.public
        signature = self.signer.sign(key_bytes(self._tree.size + 1, key, retires, by))
        return KeyChange(terms=terms, key=key, retires=retires, by=by, signature=signature)


def keys_in_force(database: Database) -> frozenset[str]:
    """Keys that may sign now; none if nobody has signed yet."""
    ring = KeyRing()
    for (body,) in database.rows(_FIRST_CHECKPOINT):
        ring.signed(chain.parse(bytes(body))["data"]["key"])
    for (body,) in database.rows(_KEY_CHANGES):
        ring.change(chain.parse(bytes(body))["data"])
    return frozenset(ring.in_force)


def _last_tree(database: Database) -> Tree:
    last = database.rows(_LAST_CHECKPOINT)
    if not last:
        return Tree()
    data = chain.parse(bytes(last[0][0]))["data"]
    return Tree(data["size"], data["peaks"])

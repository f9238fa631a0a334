"""Compute a signed checkpoint: the Merkle root over all entries so far, from the last checkpoint on."""

from __future__ import annotations

from pathlib import Path

from infogere.record import chain
from infogere.record.database import Database
from infogere.record.entries import Checkpoint
from infogere.record.merkle import Tree

CHECKPOINT_PREFIX = b"infogere:record:checkpoint:1\n"
_LAST_CHECKPOINT = "SELECT body FROM record_entry WHERE kind = 'checkpoint' ORDER BY seq DESC LIMIT 1"
_HASHES_AFTER = "SELECT hash FROM record_entry WHERE seq > :seq ORDER BY seq"


def compute(database: Database, state_dir: Path, terms: str) -> Checkpoint:
    """The checkpoint over all entries; call it inside the write transaction that appends it."""
    from infogere.record.keys import SigningKey  # cryptography: once a day, not in every append

    tree = _last_tree(database)
    for (entry_hash,) in database.rows(_HASHES_AFTER, seq=tree.size):
        tree.add(entry_hash)
    key = SigningKey(state_dir)
    return Checkpoint(
        terms=terms,
        size=tree.size,
        root=tree.root,
        peaks=tree.peaks,
        key=key.public,
        signature=key.sign(signed_bytes(tree.size, tree.root)),
    )


def signed_bytes(size: object, root: object) -> bytes:
    """What a checkpoint's signature covers."""
    return CHECKPOINT_PREFIX + chain.canonical({"root": root, "size": size})


def _last_tree(database: Database) -> Tree:
    last = database.rows(_LAST_CHECKPOINT)
    if not last:
        return Tree()
    data = chain.parse(bytes(last[0][0]))["data"]
    return Tree(data["size"], data["peaks"])

"""Proofs of RFC 6962 out of the record, under its newest checkpoint."""

from __future__ import annotations

from typing import Any

from infogere.record.database import RecordError
from infogere.record.findings import Point
from infogere.record.proofs import consistency, consistent, includes, inclusion
from infogere.record.reading import Reader


def prove_inclusion(reader: Reader, seq: int) -> dict[str, Any]:
    """That entry ``seq`` is leaf ``seq - 1`` of the tree that the newest checkpoint signs."""
    newest = _newest(reader)
    entry = reader.entry(seq)
    if seq > newest.size:
        raise RecordError(f"no checkpoint covers entry {seq} yet", way_out="infogere record checkpoint")
    proof = inclusion(seq - 1, newest.size, reader.hashes(up_to=newest.size))
    if not includes(entry.hash, seq - 1, newest.size, proof, newest.root):
        raise _broken(newest)
    return {"hash": entry.hash, "index": seq - 1, "proof": proof, "root": newest.root, "size": newest.size}


def prove_consistency(reader: Reader, since: Point) -> dict[str, Any]:
    """That the record under the newest checkpoint begins with everything under an earlier one."""
    newest = _newest(reader)
    if since.size > newest.size:
        raise RecordError(f"the newest checkpoint is {newest}, before {since}", way_out="infogere record checkpoint")
    proof = consistency(since.size, newest.size, reader.hashes(up_to=newest.size))
    if not consistent(since.size, since.root, newest.size, newest.root, proof):
        raise RecordError(f"not a continuation of {since}", way_out="compare SIZE:ROOT; infogere record verify")
    return {
        "first": {"root": since.root, "size": since.size},
        "proof": proof,
        "second": {"root": newest.root, "size": newest.size},
    }


def _newest(reader: Reader) -> Point:
    newest = reader.newest_checkpoint()
    if newest is None:
        raise RecordError("nothing is signed yet", way_out="infogere record checkpoint")
    return newest


def _broken(newest: Point) -> RecordError:
    return RecordError(f"the entries do not fit the checkpoint {newest}", way_out="infogere record verify")

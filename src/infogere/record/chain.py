"""The chains of the SLA record, as pure functions over bytes.

An entry's body is canonical JSON (sorted ASCII keys, no spaces, UTF-8, integers only: a
subset of RFC 8785). Its hash is SHA-256 over a type prefix and exactly the stored bytes of the
body. Each body names the hash of the entry before it and, if it belongs to a contract, the hash
of that contract's previous entry: two chains, so that one customer's entries prove themselves
complete without the others'. ``docs/record-format.md`` is the specification.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic_core import from_json, to_json

FORMAT = 1
ENTRY_PREFIX = b"infogere:record:entry:1\n"
NOTHING = "0" * 64
# What a body holds: no more, no less.
KEYS = frozenset(
    {
        *("format", "seq", "previous", "contract", "contract_seq", "contract_previous", "recorded", "at"),
        *("kind", "clauses", "terms", "run", "server", "follows", "salt", "data"),
    }
)
LARGEST_INTEGER = 2**53 - 1  # what every JSON reader keeps exactly


@dataclass(frozen=True)
class Head:
    """Last entry of a chain: its number in that chain and its hash."""

    seq: int
    hash: str


EMPTY = Head(0, NOTHING)


@dataclass(frozen=True)
class Sealed:
    """An entry ready to be stored: the body's bytes and their hash."""

    seq: int
    contract_seq: int | None
    body: bytes
    hash: str


def canonical(value: object) -> bytes:
    """The only byte sequence for a JSON value; ValueError for what has more than one.

    Floats (and with them NaN), integers beyond 2**53 - 1, keys that are not ASCII text and
    lone surrogates are refused.
    """
    _require_canonical(value)
    return _spell(value)


def parse(body: bytes) -> dict[str, Any]:
    """The object behind canonical bytes; ValueError if they are not the canonical spelling."""
    value = from_json(body, allow_inf_nan=False, cache_strings="keys")
    # The same bytes come back only if nothing was escaped, spaced or said twice without need.
    if type(value) is not dict or to_json(value) != body:
        raise ValueError("not canonical JSON")
    _require_order(value)
    return value


def instant_text(instant: datetime) -> str:
    """One spelling for an instant, so that text order is time order: ``2026-11-23T01:44:27.000000Z``."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def entry_hash(body: bytes) -> str:
    return hashlib.sha256(ENTRY_PREFIX + body).hexdigest()


def new_salt() -> str:
    """What an entry is stored with: 32 random hex digits."""
    return secrets.token_hex(16)


def seal(
    common: Mapping[str, object],
    data: Mapping[str, object],
    *,
    kind: str,
    clauses: tuple[str, ...],
    recorded: str,
    salt: str,
    head: Head = EMPTY,
    contract_head: Head = EMPTY,
) -> Sealed:
    """Append one entry to its chains.

    Args:
        common: fields that every entry has (terms, run, server, contract, at, follows).
        data: fields of this kind.
        recorded: instant of recording, as ``instant_text`` writes it.
        salt: 32 random hex digits; keeps a reader of one customer's chain from guessing
            another's entry behind the hash in ``previous``.
        head: last entry of the record.
        contract_head: last entry of the same contract; unused without a contract.
    """
    in_contract = common["contract"] is not None
    contract_seq = contract_head.seq + 1 if in_contract else None
    body = canonical(
        {
            **common,
            "format": FORMAT,
            "seq": head.seq + 1,
            "previous": head.hash,
            "contract_seq": contract_seq,
            "contract_previous": contract_head.hash if in_contract else None,
            "recorded": recorded,
            "salt": salt,
            "kind": kind,
            "clauses": list(clauses),
            "data": dict(data),
        }
    )
    return Sealed(head.seq + 1, contract_seq, body, entry_hash(body))


def _spell(value: object) -> bytes:
    return _ENCODER.encode(value).encode()


# Made once: every append spells its entry.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _require_order(value: dict[str, Any]) -> None:
    """Refuse keys out of order and numbers that have more than one spelling, in what was just parsed."""
    keys = [*value]
    if keys != sorted(keys):
        raise ValueError("keys out of order")
    _require_items(value.values())


def _require_items(items: Collection[object]) -> None:
    # With the parser, the innermost loop of a verification: most items are texts, and lists are of texts.
    for item in items:
        kind = type(item)
        if kind is str or item is None or kind is bool:
            continue
        if isinstance(item, int):
            if not -LARGEST_INTEGER <= item <= LARGEST_INTEGER:
                raise ValueError(f"integer {item} is beyond 2**53 - 1")
        elif isinstance(item, dict):
            _require_order(item)
        elif isinstance(item, list):
            if item:
                _require_items(item)
        else:
            raise ValueError(f"{item} has no canonical form")


def _require_canonical(value: object) -> None:
    # Every append walks its whole body here: texts, the most frequent case, come first.
    if value is None or isinstance(value, str | bool):
        return
    if isinstance(value, dict):
        for key, item in value.items():
            if not (isinstance(key, str) and key.isascii()):
                raise ValueError(f"key {key!r} is not ASCII text")
            if type(item) is not str:
                _require_canonical(item)
    elif isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise ValueError(f"integer {value} is beyond 2**53 - 1")
    elif isinstance(value, list | tuple):
        for item in value:
            _require_canonical(item)
    else:
        raise ValueError(f"{type(value).__name__} has no canonical form")

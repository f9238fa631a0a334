"""Which keys may sign the record: the chain of keys is part of what they sign."""

from __future__ import annotations

from typing import ClassVar

from infogere.record.entries import Entry, Hex, Signature


class KeyChange(Entry):
    """A key that may sign from here on, named by one that may already; written by the store alone.

    ``retires`` is the key that it takes the place of, None where another controller is introduced
    beside the first. ``by`` is the signing key; it is the new key itself only where the old one was lost,
    which every verification shows. The signature covers the entry's own number: it fits nowhere else.
    """

    kind: ClassVar[str] = "key"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-2-6")

    key: Hex
    retires: Hex | None = None
    by: Hex
    signature: Signature

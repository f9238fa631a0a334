"""Which keys may sign, as the record itself tells it: the first one that signed, and whom it names.

A reader who knows one key of this chain from elsewhere can follow it to the last signature, which covers
everything before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


class KeyRing:
    """Follows the signatures of a record in order.

    Args:
        known: public keys (hex) that the reader knows from elsewhere.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.known = frozenset(known)
        self.in_force: set[str] = set()
        self.last: str | None = None
        self._vouched_for = set(self.known)

    def signed(self, key: str) -> bool:
        """Take note of a signature that fits; False if this key may not sign."""
        if not self.in_force:
            self.in_force.add(key)
        self.last = key
        return key in self.in_force or key in self.known

    def change(self, data: Mapping[str, Any]) -> bool:
        """Follow a change of keys whose signature fits; False if nobody who may sign stands behind it.

        A key that names itself takes over all the same: what follows it is judged by it, but not vouched for.
        """
        key, by = str(data.get("key")), str(data.get("by"))
        allowed = self.signed(by)
        if by in self._vouched_for:
            self._vouched_for.add(key)
        if allowed or by == key:
            self.in_force.discard(str(data.get("retires")))
            self.in_force.add(key)
        return allowed

    @property
    def vouched_for(self) -> bool:
        """True if the last signature is by a known key, or by one that known keys lead to."""
        return self.last is None or self.last in self._vouched_for

"""The one exception that a user is meant to read."""

from __future__ import annotations


class InfogereError(Exception):
    """A fault that the user can act on.

    Args:
        message: one line: what is wrong and where (file, key, server).
        way_out: one line: what to do about it.
        clause: id of the contract clause behind a refusal, e.g. ``A-L2-4``.
    """

    def __init__(self, message: str, *, way_out: str = "", clause: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.way_out = way_out
        self.clause = clause

    def __str__(self) -> str:
        text = self.message
        if self.clause:
            text += f" [{self.clause}]"
        if self.way_out:
            text += f" -> {self.way_out}"
        return text

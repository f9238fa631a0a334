"""What a verification says."""

from __future__ import annotations

import re
from dataclasses import dataclass

from infogere.errors import InfogereError


@dataclass(frozen=True)
class Point:
    """A state of the record that somebody remembers: how many entries, and their Merkle root."""

    size: int
    root: str

    def __str__(self) -> str:
        return f"{self.size}:{self.root}"

    @classmethod
    def parse(cls, text: str) -> Point:
        """Read ``SIZE:ROOT`` as ``str`` writes it."""
        size, _, root = text.partition(":")
        if not (size.isascii() and size.isdigit() and re.fullmatch("[0-9a-f]{64}", root)):
            raise InfogereError(
                f"{text!r} is no SIZE:ROOT of a checkpoint",
                way_out="copy it from `infogere record checkpoint --show` or from the last verification",
            )
        return cls(int(size), root)


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be.

    Attributes:
        code: entry, link, gap, contract-link, contract-gap, hidden, metadata, chronology, day, checkpoint, key,
            since, tail, seal, guards, database, unfinished, stray-end or spool.
        message: one line that names the entry, its kind and its time.
        broken: True if the record was changed or damaged; False for what an administrator should look at.
        seq: the entry, where there is one.
    """

    code: str
    message: str
    broken: bool = True
    seq: int | None = None


@dataclass(frozen=True)
class Report:
    """Outcome of a verification; ``whole`` is False if anything was changed, removed or damaged.

    Attributes:
        entries: entries of the record, or of the contract whose export it is.
        checkpoints: signed checkpoints, all of them; ``late`` ones closed a day after a quiet one.
        newest: what the last checkpoint signs: the customer keeps it and compares it with the next export.
    """

    findings: tuple[Finding, ...]
    entries: int
    checkpoints: int
    late: int = 0
    newest: Point | None = None

    @property
    def whole(self) -> bool:
        return not any(finding.broken for finding in self.findings)

"""Read a package's version as the contract counts it: components, and what is no component.

Article 4.1.1 speaks of the third digit (A-L3-22). Real versions carry more: an epoch, Debian's own revision, labels of
the distribution, letters, dates, states of a repository. This module takes them apart; ``judging`` says what follows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from debian.debian_support import Version as DebianVersion

_LONGEST = 200
"""Characters; the longest version in Debian has about eighty."""
# Plesk and its own updates to one release: "18.0.61 Update 2", "18.0.61 #2".
_PLESK = re.compile(r"^(\d+(?:\.\d+)*)\s+(?:Update|MU)?\s*#?(\d+)$", re.IGNORECASE)
# What a distribution appends to a version that upstream never gave: same software, packed again.
_LABEL = re.compile(
    r"(?:[+~]deb\d+(?:u\d+)?(?:\+\d+)?"  # +deb12u4, ~deb12u1
    r"|[+~]bpo\d+(?:\+\d+)?"  # ~bpo12+1
    r"|[+~]debian\d*"
    r"|[+~.]dfsg[\d.~]*|[+~.]ds[\d.]*|[+~.]repack[\d.]*"
    r"|\+nmu\d+|\+b\d+"  # uploads by others, rebuilds
    r"|[+~]maria"  # MariaDB's own archive: +maria~deb12
    r"|[+~](?:buster|bullseye|bookworm|trixie|forky|focal|jammy|noble)"
    r"|[+~]?ubuntu[\d.~]*)$"
)
# A state of a repository, or a day: no release, so no digit says how far it is from the one before.
_SNAPSHOT = re.compile(
    r"(?:[+~.](?:\d*(?:git|svn|bzr|cvs|hg|snapshot|nightly)|g[0-9a-f]{7,}|r\d+)|[+~](?:19|20)\d{6}(?!\d)).*$",
    re.IGNORECASE,
)
# Debian's way back: 1.3.0+really1.2.9 holds 1.2.9.
_REALLY = re.compile(r"^.*[+~.]really")
_NUMBERS = re.compile(r"\d+(?:[._-]\d+)*")
_DAY = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_YEAR = re.compile(r"19[7-9]\d|20\d\d")


@dataclass(frozen=True)
class Version:
    """One version, taken apart.

    Attributes:
        debian: the whole of it, as Debian's tools compare it.
        epoch: 0 where there is none.
        numbers: components of the upstream version, in order; ``8.2.10`` has 8, 2 and 10.
        tail: what follows the numbers, such as ``w`` of ``1.1.1w`` or ``p1`` of ``9.2p1``; mostly empty.
        snapshot: the part that names a state of a repository or a day; empty for a release.
        dated: the version counts years or days, not releases: ``2024a``, ``20230311``, ``3.20240514.1``.
    """

    debian: DebianVersion
    epoch: int
    numbers: tuple[int, ...]
    tail: str
    snapshot: str
    dated: bool

    @classmethod
    def parse(cls, text: str) -> Version | None:
        """``text`` taken apart; None if it does not begin with a number or is no version at all."""
        if len(text) > _LONGEST:
            return None
        text = _PLESK.sub(r"\1.\2", " ".join(text.split()))
        try:
            debian = DebianVersion(text)
        except ValueError:
            return None
        upstream = _REALLY.sub("", debian.upstream_version or "")
        snapshot = ""
        if found := _SNAPSHOT.search(upstream):
            upstream, snapshot = upstream[: found.start()], _without_labels(found.group())
        upstream = _without_labels(upstream)
        numbers = _NUMBERS.match(upstream)
        if not numbers:
            return None
        texts = re.split(r"[._-]", numbers.group())
        return cls(
            debian=debian,
            epoch=int(debian.epoch or 0),
            numbers=tuple(map(int, texts)),
            tail=upstream[numbers.end() :],
            snapshot=snapshot,
            dated=bool(_YEAR.fullmatch(texts[0])) or any(map(_DAY.fullmatch, texts[:2])),
        )

    def compared_with(self, other: Version) -> int:
        """Negative if Debian's tools put this one before ``other``, 0 if they see no difference, else positive."""
        if self.debian < other.debian:
            return -1
        return 0 if self.debian == other.debian else 1


def first_difference(old: Version, new: Version) -> int | None:
    """The first upstream component that differs, counted from 1; None: upstream is the same.

    A component that is not written is 0. A letter or word after the numbers belongs to the third component where there
    are three (``1.1.1n`` -> ``1.1.1w``), and is the next one where there are fewer (``9.2p1`` -> ``9.2p2``).
    """
    length = max(len(old.numbers), len(new.numbers))
    for place, (before, after) in enumerate(zip(_padded(old, length), _padded(new, length), strict=True), start=1):
        if before != after:
            return place
    if old.tail != new.tail:
        return length if length >= 3 else length + 1
    return None


def first_different_digit(old: Version, new: Version) -> int | None:
    """The first single digit that differs, counted from 1: the other reading of Q12. None: all are the same."""
    before, after = _digits(old), _digits(new)
    for place, pair in enumerate(zip(before, after, strict=False), start=1):
        if pair[0] != pair[1]:
            return place
    if len(before) != len(after):
        return min(len(before), len(after)) + 1
    return None


def _padded(version: Version, length: int) -> tuple[int, ...]:
    return version.numbers + (0,) * (length - len(version.numbers))


def _digits(version: Version) -> str:
    return "".join(map(str, version.numbers)) + re.sub(r"\D", "", version.tail)


def _without_labels(upstream: str) -> str:
    while found := _LABEL.search(upstream):
        upstream = upstream[: found.start()]
    return upstream

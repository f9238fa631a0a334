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
# Plesk names itself before its version: "Plesk Obsidian 18.0.61.2".
_PRODUCT = re.compile(r"^Plesk(?: \w+)? (?=\d)", re.IGNORECASE)
# Plesk's own updates to one release: "18.0.61 Update 2", "18.0.61 #2".
_PLESK = re.compile(r"^(\d+(?:\.\d+)*)\s+(?:Update|MU)?\s*#?(\d+)$", re.IGNORECASE)
# A tag of a repository, "v1.2.3"; Debian's versions begin with a digit.
_TAG = re.compile(r"^v(?=\d)", re.IGNORECASE)
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
    r"(?:[+~.](?:\d*(?:git|svn|bzr|cvs|hg|snapshot|nightly)|g[0-9a-f]{7,}|r\d+)|[+~][a-z]?(?:19|20)\d{6}(?:\d\d){0,3}(?!\d)).*$",
    re.IGNORECASE,
)
# A commit and nothing else, such as 1a2b3c4; eight digits and a letter may still be a day.
_COMMIT = re.compile(r"(?=\d*[a-f])(?!(?:19|20)\d{6})[0-9a-f]{7,40}")
# Debian's way back: 1.3.0+really1.2.9 and 1.3.0-really-1.2.9 hold 1.2.9.
_REALLY = re.compile(r"^.*[+~.-]really[+.-]?(?=\d)")
# A part with a version of its own: +samba4.17.12 of ldb-tools, +6.1.176 of bpftool.
_PART = re.compile(r"[+~][a-z~]*(\d+(?:\.\d+)+)", re.IGNORECASE)
# Before the release that the numbers name: 1.0~rc1.
_EARLY = re.compile(r"~[a-z]|[.+]?(?:alpha|beta|rc|pre|dev)", re.IGNORECASE)
_NUMBERS = re.compile(r"\d+(?:[._-]\d+)*")
_DAY = re.compile(
    r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d\d){0,3}"
)  # 2024071801: the first of that day
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
        upstream: numbers, tail and snapshot as they were written, to be shown.
    """

    debian: DebianVersion
    epoch: int
    numbers: tuple[int, ...]
    tail: str
    snapshot: str
    dated: bool
    upstream: str

    @classmethod
    def parse(cls, text: str) -> Version | None:
        """``text`` taken apart; None if it does not begin with a number or is no version at all."""
        debian = _as_debian(text)
        if debian is None:
            return None
        upstream = _REALLY.sub("", debian.upstream_version or "")
        snapshot = ""
        if found := _SNAPSHOT.search(upstream):
            upstream, snapshot = upstream[: found.start()], _without_labels(found.group())
        upstream = _without_labels(upstream)
        commit = _COMMIT.fullmatch(upstream)
        if commit:
            upstream, snapshot = "", upstream + snapshot
        numbers = _NUMBERS.match(upstream)
        if not numbers and not commit:
            return None
        texts = re.split(r"[._-]", numbers.group()) if numbers else []
        return cls(
            debian=debian,
            epoch=int(debian.epoch or 0),
            numbers=tuple(map(int, texts)),
            tail=upstream[numbers.end() :] if numbers else "",
            snapshot=snapshot,
            dated=any(map(_YEAR.fullmatch, texts[:1])) or any(map(_DAY.fullmatch, texts[:2])),
            upstream=upstream + snapshot,
        )

    @property
    def early(self) -> bool:
        """Whether it comes before a release of fewer than three components: no digit says how far ``1.0~rc1`` is."""
        return len(self.numbers) < 3 and bool(_EARLY.match(self.tail))

    def holds_less_than(self, other: Version) -> bool:
        """Whether what it holds is older than what ``other`` holds, whatever number Debian gave to the two."""
        return bool(DebianVersion(self.upstream) < DebianVersion(other.upstream))

    def compared_with(self, other: Version) -> int:
        """Negative if Debian's tools put this one before ``other``, 0 if they see no difference, else positive."""
        if self.debian < other.debian:
            return -1
        return 0 if self.debian == other.debian else 1


def first_difference(old: Version, new: Version) -> int | None:
    """The first upstream component that differs, counted from 1; None: upstream is the same.

    A component that is not written is 0. A letter or word after the numbers belongs to the third component where there
    are three (``1.1.1n`` -> ``1.1.1w``), and is the next one where there are fewer (``9.2p1`` -> ``9.2p2``). A part
    with a version of its own counts where its first or second component changes (``1.39+15.7`` -> ``1.39+16.0``).
    """
    place = _first_different(old.numbers, new.numbers)
    if place is None and old.tail != new.tail:
        length = max(len(old.numbers), len(new.numbers))
        place = length if length >= 3 else length + 1
    # One package with two versions takes the worse of the two, as a transaction does.
    return min((found for found in (place, _first_different_of_parts(old, new)) if found), default=None)


def first_different_digit(old: Version, new: Version) -> int | None:
    """The first single digit that differs, counted from 1: the other reading of Q12. None: all are the same."""
    before, after = _digits(old), _digits(new)
    for place, pair in enumerate(zip(before, after, strict=False), start=1):
        if pair[0] != pair[1]:
            return place
    if len(before) != len(after):
        return min(len(before), len(after)) + 1
    return None


def _as_debian(text: str) -> DebianVersion | None:
    if len(text) > _LONGEST:
        return None
    text = _PLESK.sub(r"\1.\2", _PRODUCT.sub("", " ".join(text.split())))
    try:
        debian = DebianVersion(_TAG.sub("", text))
    except ValueError:
        return None
    # dpkg refuses an empty revision and a colon in one; the library does not.
    return None if text.endswith("-") or ":" in (debian.debian_revision or "") else debian


def _first_different(old: tuple[int, ...], new: tuple[int, ...]) -> int | None:
    length = max(len(old), len(new))
    pairs = zip(_padded(old, length), _padded(new, length), strict=True)
    return next((place for place, (before, after) in enumerate(pairs, start=1) if before != after), None)


def _first_different_of_parts(old: Version, new: Version) -> int | None:
    """The first component that differs in a part of its own, where it is the first or second; None: none does."""
    before, after = _PART.findall(old.tail), _PART.findall(new.tail)
    if len(before) != len(after):
        return None
    places = (_first_different(_numbers(was), _numbers(now)) for was, now in zip(before, after, strict=True))
    return min((place for place in places if place and place < 3), default=None)


def _numbers(dotted: str) -> tuple[int, ...]:
    return tuple(map(int, dotted.split(".")))


def _padded(numbers: tuple[int, ...], length: int) -> tuple[int, ...]:
    return numbers + (0,) * (length - len(numbers))


def _digits(version: Version) -> str:
    return "".join(map(str, version.numbers)) + re.sub(r"\D", "", version.tail)


def _without_labels(upstream: str) -> str:
    while found := _LABEL.search(upstream):
        upstream = upstream[: found.start()]
    return upstream

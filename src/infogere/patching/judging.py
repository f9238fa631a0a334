"""Say of one update whether it is a revision, minor or major, and whether the contract lets it be applied (Q12)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache

from infogere.patching.versions import Version, first_difference, first_different_digit
from infogere.record.kinds.maintenance import UpdateClass
from infogere.terms import LevelName, Readings, Terms
from infogere.terms.base import Ruled

_RANK: dict[UpdateClass, int] = {"revision": 0, "minor": 1, "unknown": 2, "major": 3, "downgrade": 4}
_REMEMBERED = 20_000
"""Judgements that one judge keeps."""
ABSENT = "none"
"""What apt prints, and a user writes, for a version that is not there."""
WAY_OUT = "the customer's consent (infogere patch propose) or an exception of the terms (updates.exceptions) lifts it"
"""What lets a plan have a major update, or one that is treated as such."""
_SHOWN = 60
"""Characters of a text that is no version, in a reason."""


@dataclass(frozen=True)
class Judgement:
    """What one change is, by the contract.

    Attributes:
        update_class: see ``infogere.record.kinds.maintenance.UpdateClass``; ``unknown`` is treated like ``major``.
        component: the first component that changes, from 1; 0: the epoch; None: none does, or the versions cannot be
            counted, or there is but one.
        allowed: whether a maintenance window may apply it without the customer's consent.
        clause: what allows or refuses it.
        reason: one line for a person.
    """

    update_class: UpdateClass
    component: int | None
    allowed: bool
    clause: str
    reason: str

    @property
    def rank(self) -> int:
        """Grows with what the change asks of the customer: a transaction takes its worst member."""
        return _RANK[self.update_class]

    @property
    def consentable(self) -> bool:
        """Whether the customer's consent would lift the refusal (A-L3-23); nothing lifts that of a downgrade."""
        return not self.allowed and self.update_class in ("major", "unknown")

    @property
    def way_out(self) -> str:
        """What can be done about a refusal; empty: it is allowed."""
        if self.allowed:
            return ""
        return WAY_OUT if self.consentable else "mend the archives that offer it (apt-cache policy shows them)"


@dataclass(frozen=True)
class Judge:
    """Judges by one version of the terms, one set of readings and one level.

    Attributes:
        level: whose clauses are quoted; the definitions are the same at every level that has updates.
    """

    terms: Terms
    readings: Readings
    level: LevelName = "plesk"

    def judge(self, installed: str, candidate: str, package: str = "", *, security: bool = False) -> Judgement:
        """What changing ``installed`` into ``candidate`` is.

        Args:
            package: name of the package, for the exceptions of the terms; empty: unknown.
            security: whether the update comes from the distribution's security archive.
        """
        return self._remembered(installed, candidate, package, security)

    @cached_property
    def _remembered(self) -> Callable[[str, str, str, bool], Judgement]:
        # The servers of a fleet have the same few updates pending.
        return lru_cache(maxsize=_REMEMBERED)(self._answer)

    def _answer(self, installed: str, candidate: str, package: str, security: bool) -> Judgement:
        if candidate == ABSENT:
            return self.removed(package or installed)
        if installed == ABSENT:
            return self.added(package or candidate)
        found = self._judged(installed, candidate, package)
        if security and found.update_class in ("major", "unknown") and self.readings.security_pocket == "always-minor":
            return self._minor(found.component, f"{found.reason}; read as minor: it comes from the security archive")
        return found

    def added(self, package: str) -> Judgement:
        """A package that comes with an update: nothing that is installed changes its version."""
        return self._minor(None, f"{_shown(package)} is new: no installed version changes")

    def removed(self, package: str) -> Judgement:
        """A package that would go: that is no update (A-L3-22)."""
        return self._refused("unknown", None, f"{_shown(package)} would be removed, and a removal is no minor update")

    def _judged(self, installed: str, candidate: str, package: str) -> Judgement:
        old, new = Version.parse(installed), Version.parse(candidate)
        if old is None or new is None:
            bad = installed if old is None else candidate
            return self._unknown(package, f"{_shown(bad)} is no version with components to count")
        order = old.compared_with(new)
        if order == 0:
            return self._revision("nothing changes")
        if order > 0:
            return self._refused(
                "downgrade", None, f"{candidate} is older than {installed}: a downgrade is never applied"
            )
        if old.epoch != new.epoch:
            return self._refused("major", 0, f"the epoch changes from {old.epoch} to {new.epoch}")
        return self._by_components(old, new, package)

    def _by_components(self, old: Version, new: Version, package: str) -> Judgement:
        by_character = self.readings.version_digit == "character"
        place = (first_different_digit if by_character else first_difference)(old, new)
        if (old.dated or new.dated) and place is not None:
            return self._unknown(package, f"{old.upstream} -> {new.upstream} is a date and has no digits")
        if place in self.terms.updates.major.components:
            # Debian's point releases of some packages count in the second component; the terms may name such a package.
            return self._excepted(package, _change(place, old, new), place) or self._refused(
                "major", place, _change(place, old, new)
            )
        if why := _uncountable(old, new, place):
            return self._unknown(package, why)
        if place is None:
            return self._revision(f"upstream stays {new.upstream}: only the packaging is revised")
        reboot = ": a kernel, so a reboot follows" if package.startswith("linux-image-") else ""
        return self._minor(place, _change(place, old, new) + reboot)

    def _unknown(self, package: str, why: str) -> Judgement:
        return self._excepted(package, why) or self._refused("unknown", None, f"{why}: treated as major")

    def _excepted(self, package: str, why: str, component: int | None = None) -> Judgement | None:
        package = package.partition(":")[0]  # dpkg's libc6:amd64
        for exception in self.terms.updates.exceptions:
            if package and any(fnmatchcase(package, pattern) for pattern in exception.packages):
                clause = self.clause_of(exception)
                return Judgement("minor", component, True, clause, f"{why}; listed exception: {exception.says}")
        return None

    def _revision(self, why: str) -> Judgement:
        return Judgement("revision", None, True, self._minor_clause, why)

    def _minor(self, component: int | None, why: str) -> Judgement:
        return Judgement("minor", component, True, self._minor_clause, why)

    def _refused(self, update_class: UpdateClass, component: int | None, why: str) -> Judgement:
        # A downgrade and a removal are no minor update; what is more than minor is major.
        clause = self._minor_clause if update_class == "downgrade" else self._major_clause
        return Judgement(update_class, component, False, clause, why)

    @cached_property
    def _minor_clause(self) -> str:
        return self.clause_of(self.terms.updates.minor)

    @cached_property
    def _major_clause(self) -> str:
        return self.clause_of(self.terms.updates.major)

    def clause_of(self, ruled: Ruled) -> str:
        """The clause of this level where the rule names several, else the principal one."""
        own = f"A-L{self.terms.levels[self.level].number}-"
        return next((clause for clause in ruled.clauses if clause.startswith(own)), ruled.clause)


def _uncountable(old: Version, new: Version, place: int | None) -> str:
    """Why no component says how far it is from ``old`` to ``new``; empty: one does, or none changes."""
    if old.snapshot != new.snapshot or (place is not None and new.snapshot):
        return f"{new.upstream if new.snapshot else old.upstream} is a state of a repository, not a release"
    if place is None:
        return ""
    if old.early or new.early:
        return f"{new.upstream if new.early else old.upstream} is no release yet, and no digit says how far from one"
    return f"it holds {new.upstream}, which is older than {old.upstream}" if new.holds_less_than(old) else ""


def _change(place: int, old: Version, new: Version) -> str:
    return f"component {place} changes: {old.upstream} -> {new.upstream}"


def _shown(text: str) -> str:
    """Whatever somebody wrote, on one line that a terminal shows as it is."""
    printable = "".join(sign if sign.isprintable() else "?" for sign in text)
    return printable if len(printable) <= _SHOWN else f"{printable[:_SHOWN]}... ({len(text)} characters)"

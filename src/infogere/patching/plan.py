"""From what a server could install to what a window will install: judged, separated, frozen with a digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any, Literal

from infogere.patching.facts import Pending, PendingChange
from infogere.patching.judging import ABSENT, Judge, Judgement
from infogere.record import chain
from infogere.record.kinds.maintenance import PackageChange, UpdateClass

Verdict = Literal["planned", "refused"]


@dataclass(frozen=True)
class Choice:
    """What the customer said of updates of a package (A-L3-23, A-L3-27).

    Attributes:
        proposal: what it was said on: a proposal of ours, or a quote, a ticket, a mail.
        candidate: the version that was proposed; empty: it was said of the package, whatever the version.
    """

    choice: Literal["refused", "deferred", "agreed"]
    proposal: str
    by: str
    candidate: str = ""


@dataclass(frozen=True)
class PlannedChange:
    """One change with its verdict; ``None`` for a version that is not there.

    Attributes:
        component: the first version component that changes; see ``Judgement``.
        agreement: the proposal to which the customer agreed, where that is what allows a major update.
    """

    package: str
    installed: str | None
    candidate: str | None
    update_class: UpdateClass
    component: int | None
    verdict: Verdict
    clause: str
    reason: str
    security: bool
    archive: str
    needs: tuple[str, ...]
    services: tuple[str, ...]
    download_bytes: int
    agreement: str = ""

    def entry(self) -> PackageChange:
        """As the record keeps it."""
        return PackageChange(
            package=self.package,
            installed=self.installed,
            candidate=self.candidate,
            update_class=self.update_class,
            security=self.security,
        )


@dataclass(frozen=True)
class Plan:
    """What a window may do to one server, frozen.

    Attributes:
        name: ``p`` and the time of planning; with the server it names the plan.
        made: when it was frozen, UTC.
        lists_from: when the server's package lists were made, UTC seconds since 1970.
        held: ``(package, installed, candidate, why)`` of updates that APT leaves out.
        reboot: whether what is planned needs a reboot; it happens in an announced window only.
    """

    name: str
    server: str
    contract: str
    terms: str
    made: datetime
    lists_from: int
    changes: tuple[PlannedChange, ...]
    held: tuple[tuple[str, str, str, str], ...]
    reboot: bool
    reboot_pending: bool

    @property
    def planned(self) -> tuple[PlannedChange, ...]:
        return tuple(change for change in self.changes if change.verdict == "planned")

    @property
    def refused(self) -> tuple[PlannedChange, ...]:
        return tuple(change for change in self.changes if change.verdict == "refused")

    @property
    def worst(self) -> UpdateClass | None:
        """Class of the whole transaction, which takes its worst member; None: nothing is pending."""
        return max(self.changes, key=lambda change: _ranks(change.update_class)).update_class if self.changes else None

    @property
    def services(self) -> tuple[str, ...]:
        """Running services that use files of what is planned."""
        return tuple(sorted({service for change in self.planned for service in change.services}))

    @property
    def agreements(self) -> tuple[str, ...]:
        """Proposals to which the customer agreed and that the plan rests on."""
        return tuple(sorted({change.agreement for change in self.planned if change.agreement}))

    def body(self) -> dict[str, Any]:
        """The plan as JSON values, without its digest."""
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        plain["made"] = chain.instant_text(self.made)
        plain["held"] = [list(item) for item in self.held]
        plain["changes"] = [_plain(change) for change in self.changes]
        return plain

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical JSON of the body, in hex: whoever runs the plan runs exactly this."""
        return hashlib.sha256(chain.canonical(self.body())).hexdigest()


def plan_of(
    server: str,
    contract: str,
    pending: Pending,
    judge: Judge,
    *,
    choices: Mapping[str, Choice] | None = None,
    security_only: bool = False,
    now: datetime | None = None,
) -> Plan:
    """Judge a server's pending updates, and keep of them what may be applied without asking.

    What needs a refused change is refused with it; everything else stays, so that a minor fix never waits for the
    customer's answer on a major one.

    Args:
        choices: by package, what the customer said last.
        security_only: plan nothing but security fixes and what they need: all that an emergency allows (A-L3-14).
    """
    made = now or datetime.now(UTC)
    judged = [_judged(change, judge, (choices or {}).get(change.package)) for change in pending.changes]
    if security_only:
        judged = _security_alone(judged, judge)
    changes = _separated(judged)
    planned = {change.package for change in changes if change.verdict == "planned"}
    return Plan(
        name=f"p{made.astimezone(UTC):%Y%m%dT%H%M%S}",
        server=server,
        contract=contract,
        terms=judge.terms.version,
        made=made,
        lists_from=pending.lists_from,
        changes=tuple(changes),
        held=tuple((held.package, held.installed, held.candidate, held.why) for held in pending.held),
        reboot=any(needs_reboot(package) for package in planned),
        reboot_pending=pending.reboot_pending,
    )


def needs_reboot(package: str) -> bool:
    """Whether only a reboot puts a new version of the package to work: kernels and microcode."""
    return package.startswith("linux-image-") or package in ("intel-microcode", "amd64-microcode")


def _judged(change: PendingChange, judge: Judge, choice: Choice | None) -> PlannedChange:
    judgement = _judgement(change, judge)
    allowed, reason, agreement = judgement.allowed, judgement.reason, ""
    asked = judgement.consentable
    if asked and choice and choice.choice == "agreed" and _covers(choice, change, judge):
        allowed, agreement = True, choice.proposal
        reason += f"; the customer agreed ({choice.proposal}, {choice.by})"
    elif asked and choice and choice.choice == "agreed":
        reason += f"; the customer agreed to {choice.candidate} ({choice.proposal}, {choice.by}), not to this"
    elif choice and choice.choice != "agreed" and allowed:
        allowed = False
        reason += f"; the customer {choice.choice} it ({choice.proposal}, {choice.by})"
    elif asked and choice:
        reason += f"; the customer {choice.choice} it ({choice.proposal}, {choice.by})"
    elif asked:
        reason += f"; {judgement.way_out}"
    return PlannedChange(
        package=change.package,
        installed=change.installed,
        candidate=change.candidate,
        update_class=judgement.update_class,
        component=judgement.component,
        verdict="planned" if allowed else "refused",
        clause=judgement.clause,
        reason=reason,
        security=change.security,
        archive=change.archive.name,
        needs=change.needs,
        services=change.services,
        download_bytes=change.download_bytes,
        agreement=agreement,
    )


def _covers(choice: Choice, change: PendingChange, judge: Judge) -> bool:
    """Whether a consent holds for this version: the one that was proposed, or a minor update of it."""
    if not choice.candidate or change.candidate == choice.candidate:
        return True
    return bool(change.candidate) and judge.judge(choice.candidate, change.candidate or "", change.package).allowed


def _judgement(change: PendingChange, judge: Judge) -> Judgement:
    """A package whose name carries its series is judged against the series that it succeeds."""
    if change.candidate is None or change.installed is not None:
        return judge.judge(
            change.installed or ABSENT, change.candidate or ABSENT, change.package, security=change.security
        )
    if not change.relatives:
        return judge.added(change.package)
    judged = [
        judge.judge(relative.installed, change.candidate, change.package, security=change.security)
        for relative in change.relatives
    ]
    # The nearest series is the one that it succeeds; older ones may still be there.
    nearest = min(judged, key=lambda judgement: judgement.rank)
    before = change.relatives[judged.index(nearest)].package
    return replace(nearest, reason=f"succeeds {before}: {nearest.reason}")


def _security_alone(changes: list[PlannedChange], judge: Judge) -> list[PlannedChange]:
    needed = security_closure(changes)
    clause = judge.terms.levels[judge.level].actions["patch-critical"].clause
    return [
        replace(change, verdict="refused", clause=clause, reason=f"{change.reason}; no security fix: it waits")
        if change.verdict == "planned" and change.package not in needed
        else change
        for change in changes
    ]


def security_closure(changes: Iterable[PlannedChange]) -> set[str]:
    """Names of the security fixes among ``changes``, and of everything that they cannot come without."""
    by_name = {change.package: change for change in changes}
    waiting = [change.package for change in by_name.values() if change.security]
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in by_name and name not in reached:
            reached.add(name)
            waiting += by_name[name].needs
    return reached


def _separated(changes: Iterable[PlannedChange]) -> list[PlannedChange]:
    """Refuse also what cannot come without something refused, until nothing more falls."""
    judged = {change.package: change for change in changes}
    waiting = [change.package for change in judged.values() if change.verdict == "refused"]
    needed_by: dict[str, list[str]] = {}
    for change in judged.values():
        for other in change.needs:
            needed_by.setdefault(other, []).append(change.package)
    while waiting:
        refused = judged[waiting.pop()]
        for name in needed_by.get(refused.package, ()):
            if judged[name].verdict == "planned":
                why = f"{judged[name].reason}; cannot come without {refused.package}, which is refused"
                judged[name] = replace(judged[name], verdict="refused", clause=refused.clause, reason=why)
                waiting.append(name)
    return _without_orphans(judged)


def _without_orphans(judged: dict[str, PlannedChange]) -> list[PlannedChange]:
    """A new package comes with the update that asks for it, or not at all."""
    wanted = [change for change in judged.values() if change.verdict == "planned" and change.installed is not None]
    reached: set[str] = set()
    while wanted:
        change = wanted.pop()
        for name in change.needs:
            if name in judged and name not in reached and judged[name].installed is None:
                reached.add(name)
                wanted.append(judged[name])
    return [
        replace(change, verdict="refused", reason=f"{change.reason}; nothing that is planned asks for it")
        if change.verdict == "planned" and change.installed is None and change.package not in reached
        else change
        for change in judged.values()
    ]


def _plain(change: PlannedChange) -> dict[str, Any]:
    plain = {field.name: getattr(change, field.name) for field in fields(change)}
    plain["class"] = plain.pop("update_class")
    return {**plain, "needs": list(change.needs), "services": list(change.services)}


def _ranks(update_class: UpdateClass) -> int:
    return Judgement(update_class, None, False, "", "").rank

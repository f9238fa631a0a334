"""What one contract's entries say beside its guarantees: maintenance, backups, claims, support time.

Pure: entries in, rows of the statement out. Each function takes the entries of the contract that count
(see ``infogere.sla.ledger``), in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from infogere.record.entries import Entry, RunBegin, RunEnd
from infogere.record.kinds.contract import ContractBasis
from infogere.record.kinds.maintenance import BackupDone, CustomerChoice, PackagesUpdated, Rebooted, RestoreDrill
from infogere.record.kinds.money import (
    ClaimApplied,
    ClaimCredited,
    ClaimOpened,
    ClaimRejected,
    ClaimValidated,
    TimeGranted,
    TimeSpent,
)
from infogere.record.reading import StoredEntry
from infogere.sla.incidents import seconds
from infogere.sla.result import Span
from infogere.statements.language import instant
from infogere.statements.rows import (
    BackupCell,
    BackupRow,
    Backups,
    BackupState,
    Change,
    Claim,
    Drill,
    Grant,
    MaintenanceRun,
    Spent,
    SupportTime,
    UpdateRow,
    What,
)
from infogere.terms.models import Backups as BackupTerms

KINDS = frozenset(
    model.kind
    for model in (
        RunBegin,
        RunEnd,
        PackagesUpdated,
        Rebooted,
        CustomerChoice,
        BackupDone,
        RestoreDrill,
        ClaimOpened,
        ClaimValidated,
        ClaimRejected,
        ClaimCredited,
        ClaimApplied,
        TimeGranted,
        TimeSpent,
    )
)
Model = TypeVar("Model", bound=Entry)
_KINDS_OF_BACKUP: tuple[What, ...] = ("databases", "files")


@dataclass(frozen=True, slots=True)
class Frame:
    """The month, as instants and as days in the contract's zone; ``last_day`` is inclusive."""

    zone: ZoneInfo
    start: int
    end: int
    first_day: date
    last_day: date

    @property
    def name(self) -> str:
        return f"{self.first_day:%Y-%m}"

    def holds(self, at: int) -> bool:
        return self.start <= at < self.end

    def day_of(self, at: int) -> date:
        return instant(at).astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Retention:
    """Which daily points are asked for.

    Attributes:
        began: day of commissioning; no point is due before it.
        last: last day that is over; ``until`` the instant up to which drills count.
        figures: how many days are kept.
    """

    began: date
    last: date
    until: int
    figures: BackupTerms


def runs(entries: Iterable[StoredEntry], frame: Frame) -> tuple[MaintenanceRun, ...]:
    """Runs that began in the month; a rehearsal (check mode) maintains nothing."""
    found: dict[tuple[str | None, str | None], MaintenanceRun] = {}
    for stored in entries:
        if stored.kind not in {RunBegin.kind, RunEnd.kind} or stored.data["check_mode"]:
            continue
        key, at = (stored.run, stored.server), seconds(stored.at)
        if stored.kind == RunBegin.kind and frame.holds(at):
            found[key] = MaintenanceRun(at, None, stored.server or "", str(stored.data["playbook"]), None)
        elif stored.kind == RunEnd.kind and key in found:
            found[key] = replace(found[key], end=at, outcome=str(stored.data["outcome"]))
    return tuple(sorted(found.values(), key=lambda run: (run.begin, run.server)))


def updates(entries: Iterable[StoredEntry], frame: Frame) -> tuple[UpdateRow, ...]:
    """Updates of the month; servers that got the same changes on the same day share a row."""
    servers: dict[tuple[date, str, tuple[Change, ...]], set[str]] = {}
    for entry in typed(entries, PackagesUpdated):
        if not (entry.changes and frame.holds(seconds(entry.at))):
            continue
        changes = tuple(
            Change(one.package, one.installed, one.candidate, one.update_class, one.security)
            for one in sorted(entry.changes, key=lambda one: one.package)
        )
        key = (frame.day_of(seconds(entry.at)), entry.outcome, changes)
        servers.setdefault(key, set()).add(entry.server)
    return tuple(
        UpdateRow(day, tuple(sorted(names)), outcome, changes)  # type: ignore[arg-type]  # a PackagesUpdated's own
        for (day, outcome, changes), names in servers.items()
    )


def backups(entries: Iterable[StoredEntry], basis: ContractBasis, asked: Retention) -> Backups:
    """The last daily points, as many as are kept (A-4.5-3, A-4.5-5), and the last restore drill."""
    made = [entry for entry in typed(entries, BackupDone) if date.fromisoformat(entry.day) <= asked.last]
    points: dict[tuple[str, str], dict[date, BackupDone]] = {}
    for entry in made:
        days = points.setdefault((entry.server, entry.what), {})
        day = date.fromisoformat(entry.day)
        if day not in days or days[day].outcome != "ok":
            days[day] = entry
    names = {server for server, _ in points}
    if basis.backup_ordered and made:
        names |= set(basis.servers)
    rows = tuple(
        _backup_row(server, what, points.get((server, what), {}), asked)
        for server in sorted(names)
        for what in _KINDS_OF_BACKUP
    )
    return Backups(basis.backup_ordered, rows, _last_drill(entries, asked.until))


def _backup_row(server: str, what: What, days: Mapping[date, BackupDone], asked: Retention) -> BackupRow:
    kept = asked.figures.databases_retention if what == "databases" else asked.figures.files_retention

    def state(day: date) -> BackupState:
        if day in days:
            return days[day].outcome
        return "before" if day < asked.began else "none"

    shown = [asked.last - timedelta(days=back) for back in reversed(range(kept.days))]
    sizes = [days[day].size_bytes for day in sorted(days) if days[day].outcome == "ok"]
    return BackupRow(
        server,
        what,
        kept.days,
        kept.clause,
        tuple(BackupCell(day, state(day)) for day in shown),
        sizes[-1] if sizes else None,
    )


def _last_drill(entries: Iterable[StoredEntry], until: int) -> Drill | None:
    drills = [entry for entry in typed(entries, RestoreDrill) if seconds(entry.at) < until]
    if not drills:
        return None
    last = max(drills, key=lambda entry: entry.at)
    return Drill(
        at=seconds(last.at),
        server=last.server,
        what=last.what,
        point=date.fromisoformat(last.point),
        ok=last.outcome == "ok",
        seconds=last.seconds,
        message=last.message,
    )


def claims(entries: Iterable[StoredEntry], frame: Frame) -> tuple[Claim, ...]:
    """What was asked for this month, and what became of it."""
    found: dict[str, Claim] = {}
    for stored in entries:
        if not stored.kind.startswith("claim-"):
            continue
        entry = stored.typed()
        if isinstance(entry, ClaimOpened) and entry.month == frame.name:
            due = date.fromisoformat(entry.credit_note_due) if entry.credit_note_due else None
            asked = seconds(entry.ticket_at)
            found[entry.claim] = Claim(entry.claim, entry.ticket, asked, due, "opened", None, None, None)
            continue
        claim = found.get(str(stored.data["claim"]))
        if claim is None:
            continue
        match entry:
            case ClaimValidated():
                found[claim.id] = replace(claim, state="validated", amount=Decimal(entry.amount))
            case ClaimRejected():
                found[claim.id] = replace(claim, state="rejected", reason=entry.reason)
            case ClaimCredited():
                found[claim.id] = replace(
                    claim, state="credited", amount=Decimal(entry.amount), credit_note=entry.credit_note
                )
            case ClaimApplied():
                found[claim.id] = replace(claim, state="applied", reason=entry.reference)
    return tuple(found.values())


def support_time(entries: Iterable[StoredEntry], basis: ContractBasis, frame: Frame) -> SupportTime:
    """Credits that could be used in the month, and what was counted in it (article 4.1.4)."""
    spent = [entry for entry in typed(entries, TimeSpent) if date.fromisoformat(entry.day) <= frame.last_day]
    used: dict[str, list[int]] = {}
    for entry in spent:
        here = date.fromisoformat(entry.day) >= frame.first_day
        for share in entry.shares:
            used.setdefault(share.grant, [0, 0])[here] += share.minutes
    grants = [
        Grant(
            entry.source,
            date.fromisoformat(entry.granted),
            date.fromisoformat(entry.expires),
            entry.minutes,
            *used.get(entry.grant, (0, 0)),
        )
        for entry in typed(entries, TimeGranted)
    ]
    return SupportTime(
        basis.time_credit_minutes,
        tuple(one for one in grants if one.granted <= frame.last_day and one.expires >= frame.first_day),
        tuple(
            Spent(date.fromisoformat(one.day), one.ticket, one.summary, one.worked_s, one.minutes, one.unpaid_minutes)
            for one in sorted(spent, key=lambda one: one.day)
            if date.fromisoformat(one.day) >= frame.first_day
        ),
    )


def clip(span: Span, frame: Frame) -> Span | None:
    """What of a span is inside the month; an instant of it stays an instant."""
    start, end = max(span[0], frame.start), min(span[1], frame.end)
    return (start, end) if start <= end and span[0] < frame.end and span[1] >= frame.start else None


def typed(entries: Iterable[StoredEntry], model: type[Model]) -> list[Model]:
    """The entries of one kind."""
    found = [entry.typed() for entry in entries if entry.kind == model.kind]
    return [entry for entry in found if isinstance(entry, model)]

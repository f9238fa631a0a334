"""Rows of a statement that no guarantee depends on: maintenance, backups, claims, support time.

Instants are whole seconds since the epoch, days are calendar days in the contract's zone; texts are hostile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

BackupState = Literal["ok", "failed", "none", "before"]
What = Literal["databases", "files"]


@dataclass(frozen=True, slots=True)
class Change:
    """One package; a version is None where it comes or goes."""

    package: str
    installed: str | None
    candidate: str | None
    update_class: str
    security: bool


@dataclass(frozen=True, slots=True)
class UpdateRow:
    """Changes that were applied together, on one or several servers on the same day."""

    day: date
    servers: tuple[str, ...]
    outcome: Literal["ok", "rolled-back", "failed"]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class RebootRow:
    """One reboot: ``reasons`` are packages and services that asked for it; ``seconds`` until everything answered."""

    at: int
    server: str
    outcome: Literal["ok", "unhealthy", "lost"]
    seconds: int
    reasons: tuple[str, ...]
    kernels: tuple[str, str] | None
    works: str | None


@dataclass(frozen=True, slots=True)
class EmergencyRow:
    """Work outside the window; ``told`` is when a mail server first took the notice of it, None: none did."""

    at: int
    server: str
    action: Literal["patch-critical", "reboot", "converge", "other"]
    reason: str
    clause: str
    told: int | None


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """What the customer refused or delayed before an incident (A-L3-27)."""

    choice: Literal["refused", "deferred"]
    packages: tuple[str, ...]
    day: date
    by: str
    proposal: str


@dataclass(frozen=True, slots=True)
class MaintenanceRun:
    """One playbook on one server; ``end`` None: it has no end on record."""

    begin: int
    end: int | None
    server: str
    playbook: str
    outcome: str | None


@dataclass(frozen=True, slots=True)
class BackupCell:
    day: date
    state: BackupState


@dataclass(frozen=True, slots=True)
class BackupRow:
    """One server's backups of one kind: a cell for each day of the retention (A-4.5-3, A-4.5-5), newest last."""

    server: str
    what: What
    retention_days: int
    clause: str
    cells: tuple[BackupCell, ...]
    last_size: int | None

    @property
    def kept(self) -> int:
        return sum(cell.state == "ok" for cell in self.cells)

    @property
    def owed(self) -> int:
        """Days on which one was due."""
        return sum(cell.state != "before" for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Drill:
    """A backup that was read back (A-2-12)."""

    at: int
    server: str
    what: What
    point: date
    ok: bool
    seconds: int
    message: str | None


@dataclass(frozen=True, slots=True)
class Backups:
    """``ordered`` None: the record does not say."""

    ordered: bool | None
    rows: tuple[BackupRow, ...]
    drill: Drill | None


@dataclass(frozen=True, slots=True)
class Claim:
    """What became of a request about this month (A-5.1-7, A-5.2-5)."""

    id: str
    ticket: str
    asked: int
    due: date | None
    state: Literal["opened", "validated", "rejected", "credited", "applied"]
    amount: Decimal | None
    credit_note: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Grant:
    """Support time of one source; minutes as they stand at the end of the month."""

    source: Literal["allowance", "managed-hours", "occasional-hours"]
    granted: date
    expires: date
    minutes: int
    used_before: int
    used_here: int

    @property
    def left(self) -> int:
        return self.minutes - self.used_before - self.used_here


@dataclass(frozen=True, slots=True)
class Spent:
    """One intervention: seconds worked, minutes counted (A-4.1.4-4), minutes that no grant covered."""

    day: date
    ticket: str
    summary: str
    worked_s: int
    minutes: int
    unpaid_minutes: int


@dataclass(frozen=True, slots=True)
class SupportTime:
    """``ordered_minutes`` per month; None: the record does not say."""

    ordered_minutes: int | None
    grants: tuple[Grant, ...]
    spent: tuple[Spent, ...]

    @property
    def minutes(self) -> int:
        return sum(line.minutes for line in self.spent)

    @property
    def unpaid_minutes(self) -> int:
        return sum(line.unpaid_minutes for line in self.spent)

"""What maintenance did: updates with their versions, interruptions, backups and restore drills."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from infogere.record.entries import Count, Entry, Hex, Instant, Line, Name, RunEntry
from infogere.record.kinds.types import Day

UpdateClass = Literal["revision", "minor", "major", "unknown", "downgrade"]


class PackageChange(BaseModel):
    """One package of a transaction; a version is None where the package comes or goes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    package: Name
    installed: Line | None
    candidate: Line | None
    update_class: UpdateClass
    security: bool = False


_Changes = Annotated[tuple[PackageChange, ...], Field(max_length=2000)]


class PatchPlanned(Entry):
    """A plan was frozen: exactly these changes, or none (A-L3-13, A-L3-17)."""

    kind: ClassVar[str] = "patch-planned"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-L3-13", "A-L3-17", "A-L3-22", "A-L3-23")

    server: Name
    plan: Name
    digest: Hex
    changes: _Changes
    refused: _Changes = ()
    reboot: bool


class PackagesUpdated(RunEntry):
    """What was really installed, from which version to which."""

    kind: ClassVar[str] = "packages-updated"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-L3-13", "A-L3-17", "A-L3-21")
    after_the_fact: ClassVar[bool] = True

    plan: Name
    outcome: Literal["ok", "rolled-back", "failed"]
    changes: _Changes


class Interruption(RunEntry):
    """Seconds for which a service did not answer during a run, as measured by its health check."""

    kind: ClassVar[str] = "interruption"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-5.5-3", "A-L3-25")
    after_the_fact: ClassVar[bool] = True

    service: Name
    began: Instant
    seconds: Count
    works: Name | None = None


class CustomerChoice(Entry):
    """The customer refused or delayed an update, or agreed to one (A-L3-23, A-L3-27)."""

    kind: ClassVar[str] = "customer-choice"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-L3-23", "A-L3-27")

    server: Name
    proposal: Name
    choice: Literal["refused", "deferred", "agreed"]
    packages: Annotated[tuple[Name, ...], Field(max_length=200)]
    by: Line
    said: Instant
    until: Day | None = None
    reason: Line


class BackupDone(Entry):
    """One night's backup of one kind (article 4.5)."""

    kind: ClassVar[str] = "backup"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-4.5-1", "A-4.5-2", "A-4.5-4")
    after_the_fact: ClassVar[bool] = True

    server: Name
    what: Literal["databases", "files"]
    day: Day
    outcome: Literal["ok", "failed"]
    began: Instant
    ended: Instant
    size_bytes: Count | None = None
    message: Line | None = None


class RestoreDrill(Entry):
    """A backup was read back to prove that it can be (A-2-12)."""

    kind: ClassVar[str] = "restore-drill"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-2-12", "A-4.5-7")
    after_the_fact: ClassVar[bool] = True

    server: Name
    what: Literal["databases", "files"]
    point: Day
    outcome: Literal["ok", "failed"]
    seconds: Count
    message: Line | None = None

"""What maintenance did: updates with their versions, interruptions, backups and restore drills."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from infogere.record.entries import Count, Entry, Hex, Instant, Line, Name, RunEntry
from infogere.record.kinds.types import Day

UpdateClass = Literal["revision", "minor", "major", "unknown", "downgrade"]
REBOOT = "reboot"
"""What an interruption by a reboot calls its service: none answers."""


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


class Rebooted(RunEntry):
    """A server was rebooted, once, for everything that waited for it.

    Attributes:
        outcome: ``unhealthy``: it is back, but a health check fails; ``lost``: it did not come back in time.
        packages, services: what asked for it; services run replaced code and cannot be restarted.
        boot_before, boot_after: the kernel's boot id, and when its first process began.
        ended: when every health check answered again; ``seconds`` from ``began`` to then, or until it was given up.
        works: the announced works that it happened in.
    """

    kind: ClassVar[str] = "rebooted"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-L3-10", "A-3.1.5-4", "A-5.5-3")
    after_the_fact: ClassVar[bool] = True

    outcome: Literal["ok", "unhealthy", "lost"]
    packages: Annotated[tuple[Name, ...], Field(max_length=200)]
    services: Annotated[tuple[Name, ...], Field(max_length=200)] = ()
    kernel_before: Name
    kernel_after: Name | None = None
    boot_before: Name
    boot_after: Name | None = None
    began: Instant
    ended: Instant | None = None
    seconds: Count
    works: Name | None = None
    message: Line | None = None


class CustomerInformed(RunEntry):
    """A notice that was written before tells the customer of this run's emergency too; ``follows`` is its decision."""

    kind: ClassVar[str] = "customer-informed"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-L3-25", "A-L4-12")

    notice: Name


class UpdateProposal(Entry):
    """Updates were proposed to the customer, who may agree, refuse or delay (A-L3-23, A-L3-27).

    Attributes:
        digest: SHA-256 over the canonical JSON of the changes: the same set is proposed once.
    """

    kind: ClassVar[str] = "update-proposal"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-L3-23", "A-L3-27", "A-2-8")

    server: Name
    contract: Name
    proposal: Name
    notice: Name
    author: Name
    digest: Hex
    changes: Annotated[_Changes, Field(min_length=1)]
    services: Annotated[tuple[Name, ...], Field(max_length=200)] = ()


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

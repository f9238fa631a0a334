"""What may be written into the SLA record: one typed model per kind of entry.

Secrets stay out by construction: there is no free-form mapping, every text is one bounded
line, and names are letters, digits and a few signs. A reader meets kinds of later releases as
plain data (``model_of`` returns None); only the kinds listed here can be written.
"""

from __future__ import annotations

import importlib
from datetime import UTC, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from infogere.record import chain

LINE_LENGTH = 500

# One printable line. A control character could forge a second line in a terminal or an export.
_PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$"
Line = Annotated[str, StringConstraints(min_length=1, max_length=LINE_LENGTH, pattern=_PRINTABLE)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[\w.@:/+ -]+$")]
Clause = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9.,* -]+$")]
FilePath = Annotated[str, StringConstraints(min_length=1, max_length=LINE_LENGTH, pattern=r"^/[\w.@:/+-]+$")]
Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Signature = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")]
Count = Annotated[int, Field(ge=0, lt=2**53)]
Seq = Annotated[int, Field(ge=1, lt=2**53)]
# Instants are stored in UTC: the record has one time line (A-2-6).
Instant = Annotated[AwareDatetime, AfterValidator(lambda instant: instant.astimezone(UTC))]

ServerState = Literal[
    "active", "isolated", "network-cut", "suspended", "mail-suspended", "bandwidth-reduced", "terminated"
]


def _now() -> datetime:
    return datetime.now(UTC)


class Entry(BaseModel):
    """What every entry says.

    Attributes:
        kind: name of the kind, as stored.
        clauses: the clauses that this kind of entry serves.
        after_the_fact: True if the thing has happened already, so that the entry must survive
            an unwritable record (spool). All others are written before anyone acts, or nobody acts.
        terms: version of the terms in force, e.g. ``HBT-20220901-01`` (A-1-1).
        run: id of the run it belongs to; with ``server`` it ties actions to their cause (A-2-6).
        server: inventory name of the server.
        contract: id of the order form.
        at: instant of the event; the store adds the instant of recording.
        follows: ``seq`` of the entry that this one is the consequence of (A-2-6).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    kind: ClassVar[str]
    clauses: ClassVar[tuple[str, ...]]
    after_the_fact: ClassVar[bool] = False

    terms: Name
    run: Name | None = None
    server: Name | None = None
    contract: Name | None = None
    at: Instant = Field(default_factory=_now)
    follows: Seq | None = None


class RunEntry(Entry):
    """An entry that belongs to one run on one server."""

    run: Name
    server: Name


class RunBegin(RunEntry):
    """A playbook begins on a server; nothing has been touched yet."""

    kind: ClassVar[str] = "run-begin"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-2-6")

    playbook: Name
    reason: Literal["hand", "timer", "ticket"]
    reference: Line | None = None
    operator: Name
    check_mode: bool = False


class RunEnd(RunEntry):
    """The playbook is done with the server, well or badly. ``changed`` counts changed tasks."""

    kind: ClassVar[str] = "run-end"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-2-6")
    after_the_fact: ClassVar[bool] = True

    outcome: Literal["ok", "failed", "refused", "unreachable"]
    changed: Count | None = None
    failed_task: Line | None = None
    message: Line | None = None
    check_mode: bool = False


class Decision(Entry):
    """The policy's answer, written before the action that it allows."""

    kind: ClassVar[str] = "decision"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-2-5", "A-2-6")

    server: Name
    action: Name
    allowed: bool
    clause: Clause | None = None
    reason: Line
    next_opening: Instant | None = None
    explain: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    calendar_version: Name | None = None
    emergency: Line | None = None


class TicketObject(RunEntry):
    """One of the four things a customer may ask for by ticket was made or removed (A-L4-6)."""

    kind: ClassVar[str] = "object"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-2-6", "A-L4-6")
    after_the_fact: ClassVar[bool] = True

    object_kind: Literal["vhost", "database", "database_user", "ftp_account"]
    name: Name
    state: Literal["present", "absent"]
    operation_id: Name | None = None
    changed: bool
    archive: FilePath | None = None
    check_mode: bool = False


class StateChange(Entry):
    """A server passes from one state to another; its present state is derived from the last of these."""

    kind: ClassVar[str] = "state"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-2-6", "A-3.1.2-4", "A-3.1.3-2", "A-4.1.2-4")

    server: Name
    from_state: ServerState | None = Field(alias="from")
    to_state: ServerState = Field(alias="to")
    clause: Clause
    requester: Line
    reason: Line


class Correction(Entry):
    """Says what was wrong in an earlier entry, which stays as it is."""

    kind: ClassVar[str] = "correction"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-2-6")

    corrects: Seq
    text: Line


class Checkpoint(Entry):
    """Signed root over all earlier entries (see ``merkle``); written by the store alone.

    ``day`` is the UTC day that it closes, None for one that was asked for in between; ``late`` says
    that the day after it passed without an entry. ``peaks`` are the perfect subtrees of the ``size``
    entries, from which the next root is computed without reading the whole record again.
    """

    kind: ClassVar[str] = "checkpoint"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-2-6")

    day: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    late: bool = False
    size: Count
    root: Hex
    peaks: Annotated[tuple[Hex, ...], Field(max_length=64)]
    key: Hex
    signature: Signature


MODELS: dict[str, type[Entry]] = {
    model.kind: model for model in (RunBegin, RunEnd, Decision, TicketObject, StateChange, Correction, Checkpoint)
}
# Kinds that no run needs live in modules of their own, imported when one of them is met.
_KINDS_IN = {
    "keys": ("key",),
    "contract": ("contract-basis", "delivery"),
    "incidents": (
        "incident-opened",
        "incident-ticket",
        "incident-evidence",
        "incident-restored",
        "incident-effect",
        "incident-attributed",
        "incident-contested",
        "incident-linked",
        "incident-note",
        "problem",
        "probe",
    ),
    "works": ("works-announced", "works-cancelled", "works-done", "notice", "notice-attempt"),
    "money": (
        "breach",
        "claim-opened",
        "claim-validated",
        "claim-rejected",
        "claim-credited",
        "claim-applied",
        "time-granted",
        "time-spent",
        "statement",
    ),
    "maintenance": (
        "patch-planned",
        "packages-updated",
        "interruption",
        "rebooted",
        "customer-informed",
        "update-proposal",
        "customer-choice",
        "backup",
        "restore-drill",
    ),
}
_MODULE_OF = {kind: module for module, kinds in _KINDS_IN.items() for kind in kinds}
COMMON_FIELDS = frozenset(Entry.model_fields)


def model_of(kind: str) -> type[Entry] | None:
    """The model of a kind; None if a later release wrote it."""
    if kind in MODELS:
        return MODELS[kind]
    if kind not in _MODULE_OF:
        return None
    module = importlib.import_module(f"infogere.record.kinds.{_MODULE_OF[kind]}")
    return next(
        member
        for member in vars(module).values()
        if isinstance(member, type) and issubclass(member, Entry) and getattr(member, "kind", None) == kind
    )


def all_kinds() -> tuple[str, ...]:
    """Every kind that this release can write."""
    return (*MODELS, *_MODULE_OF)


def fields_of(entry: Entry) -> tuple[dict[str, object], dict[str, object]]:
    """Split an entry into its common fields and the data of its kind, as JSON values."""
    values = entry.model_dump(mode="json", by_alias=True)
    values["at"] = chain.instant_text(entry.at)
    common = {name: values.pop(name) for name in COMMON_FIELDS}
    return common, values

"""Incidents with their two clocks, what caused them, and the problems that group them (article 5)."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from infogere.record.entries import Entry, Instant, Line, Name, Seq

Effect = Literal["interruption", "degradation"]
Cause = Literal["provider", "client", "third_party", "supplier", "planned"]
_Services = Annotated[tuple[Name, ...], Field(max_length=50)]


class IncidentEntry(Entry):
    """An entry about one incident; the last entry that says something about it is in force."""

    contract: Name
    incident: Name
    author: Name


class IncidentOpened(IncidentEntry):
    """Something failed, or may fail (A-2-2).

    Attributes:
        effect: an interruption counts, a degradation is recorded with weight 0 (Q2).
        origin: who saw it first.
        started: monitoring clock: the first failing probe; None: no evidence yet.
        ticket: the customer's ticket; ``ticket_at`` starts the contract clock (A-5.3-1). Both or neither.
        ticket_by: who of the customer, or which third party that it allowed to, opened it (A-2-9).
        severity: as the provider's own scale names it (A-2-3).
    """

    kind: ClassVar[str] = "incident-opened"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-2-2", "A-2-6", "A-5.3-1")

    effect: Effect
    origin: Literal["customer", "probe", "provider"]
    started: Instant | None = None
    probe: Name | None = None
    ticket: Name | None = None
    ticket_at: Instant | None = None
    ticket_by: Line | None = None
    severity: Name | None = None
    services: _Services = ()
    summary: Line


class IncidentTicket(IncidentEntry):
    """The customer's ticket about it; the earliest valid one counts (Q27)."""

    kind: ClassVar[str] = "incident-ticket"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-5.3-1", "A-5.4-1")

    ticket: Name
    ticket_at: Instant
    ticket_by: Line | None = None


class IncidentEvidence(IncidentEntry):
    """Probe data that corroborates it: when it was first seen failing (A-5.4-1)."""

    kind: ClassVar[str] = "incident-evidence"
    clauses: ClassVar[tuple[str, ...]] = (
        "A-1-1",
        "A-5.4-1",
    )

    started: Instant
    probe: Name
    evidence: Line


class IncidentRestored(IncidentEntry):
    """The service works again: both clocks stop (A-5.3-2)."""

    kind: ClassVar[str] = "incident-restored"
    clauses: ClassVar[tuple[str, ...]] = (
        "A-1-1",
        "A-5.3-2",
    )
    after_the_fact: ClassVar[bool] = True

    restored: Instant
    evidence: Line


class IncidentEffect(IncidentEntry):
    """It turned out to be an interruption, or only a degradation (Q2)."""

    kind: ClassVar[str] = "incident-effect"
    clauses: ClassVar[tuple[str, ...]] = (
        "A-1-1",
        "A-2-2",
    )

    effect: Effect
    evidence: Line


class IncidentAttributed(IncidentEntry):
    """Who caused it, on which evidence (Q11). Unattributed time counts.

    Attributes:
        party: name of the third party, as the customer's registry has it (A-2-9).
        settles: ``seq`` of the contest that this attribution answers.
    """

    kind: ClassVar[str] = "incident-attributed"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-2-9", "A-2-11", "A-5.1-3", "A-5.1-6", "A-5.4-2")

    cause: Cause
    party: Line | None = None
    evidence: Line
    settles: Seq | None = None


class IncidentContested(IncidentEntry):
    """The customer contests an attribution; until it is settled the time counts (Q11)."""

    kind: ClassVar[str] = "incident-contested"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-5.1-6", "A-5.4-1")

    contests: Seq
    by: Line
    reason: Line


class IncidentLinked(IncidentEntry):
    """It belongs to a problem (A-2-4), to planned works or to a decision of the customer (A-L3-27)."""

    kind: ClassVar[str] = "incident-linked"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-2-4", "A-2-6", "A-L3-27", "A-L4-13")

    problem: Name | None = None
    works: Name | None = None
    entry: Seq | None = None


class IncidentNote(IncidentEntry):
    """A line of its story."""

    kind: ClassVar[str] = "incident-note"
    clauses: ClassVar[tuple[str, ...]] = (
        "A-1-1",
        "A-2-6",
    )

    text: Line


class Problem(Entry):
    """The root cause of one or more incidents (A-2-4); said again when more is known."""

    kind: ClassVar[str] = "problem"
    clauses: ClassVar[tuple[str, ...]] = (
        "A-1-1",
        "A-2-4",
    )

    problem: Name
    summary: Line
    root_cause: Line | None = None
    closed: bool = False
    author: Name


class Probe(Entry):
    """What monitoring saw change, at ``at``: up, down, or unknown, which is shown and never counted as down."""

    kind: ClassVar[str] = "probe"
    clauses: ClassVar[tuple[str, ...]] = (
        "A-1-1",
        "A-5.4-1",
    )
    after_the_fact: ClassVar[bool] = True

    server: Name
    probe: Name
    state: Literal["up", "down", "unknown"]
    source: Name

"""Planned works (article 5.5). Every contract that they touch has these entries in its own chain."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from infogere.record.entries import Count, Entry, Instant, Line, Name, Seq
from infogere.record.kinds.types import Day

_Servers = Annotated[tuple[Name, ...], Field(min_length=1, max_length=1000)]


class WorksEntry(Entry):
    contract: Name
    works: Name
    author: Name


class WorksAnnounced(WorksEntry):
    """Works are announced, or moved: every revision is a new notice (Q28).

    Written before the notice is sent. The works are outside the guarantees only if a
    ``notice-attempt`` says that the notice was accepted, in time (A-5.5-1, A-5.5-3).

    Attributes:
        revision: 1, 2 ... ; the last one is in force, but an earlier one stays what was announced until it is accepted.
        start, duration_s: what the notice states (A-5.5-2).
        last_date: last valid day of the notice, in the contract's zone.
        send_by: latest sending that holds by the date and by whole days of 24 hours alike (Q28).
        emergency: why it could not wait; it is allowed and it counts (A-L3-25, Q9).
    """

    kind: ClassVar[str] = "works-announced"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-5.5-1", "A-5.5-2")

    revision: Annotated[int, Field(ge=1)]
    start: Instant
    duration_s: Annotated[int, Field(ge=1)]
    servers: _Servers
    subject: Line
    notice: Name
    last_date: Day
    send_by: Instant
    emergency: Line | None = None


class WorksCancelled(WorksEntry):
    """The works will not take place."""

    kind: ClassVar[str] = "works-cancelled"
    clauses: ClassVar[tuple[str, ...]] = (
        "A-1-1",
        "A-5.5-1",
    )

    reason: Line
    notice: Name | None = None


class WorksDone(WorksEntry):
    """When they really began and ended; what lies outside the announced span counts (Q28)."""

    kind: ClassVar[str] = "works-done"
    clauses: ClassVar[tuple[str, ...]] = (
        "A-1-1",
        "A-5.5-3",
    )
    after_the_fact: ClassVar[bool] = True

    began: Instant
    ended: Instant | None = None
    result: Line


class NoticeQueued(Entry):
    """A notice to a customer was written and is about to be sent.

    Attributes:
        purpose: template it was made from, e.g. ``works-announced``, ``delivery-note``.
        digest: SHA-256 of the message as it is handed to the mail server.
        follows: common field: the entry that the notice is about.
    """

    kind: ClassVar[str] = "notice"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-3.1.1-3", "A-5.5-1", "A-L3-25")

    notice: Name
    purpose: Name
    language: Name
    recipients: Annotated[tuple[Line, ...], Field(min_length=1, max_length=100)]
    subject: Line
    message_id: Line
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class NoticeAttempt(Entry):
    """What the mail server answered; ``accepted`` is the proof of sending, at ``at``.

    ``in-doubt``: the connection broke after the message was handed over; it may have arrived. It is
    sent again only by an explicit decision, and the second message says so.
    """

    kind: ClassVar[str] = "notice-attempt"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-3.1.1-3", "A-5.5-1")
    after_the_fact: ClassVar[bool] = True

    notice: Name
    recipient: Line
    attempt: Count
    outcome: Annotated[str, Field(pattern=r"^(accepted|refused|deferred|in-doubt)$")]
    relay: Line
    answer: Line
    queued: Seq | None = None

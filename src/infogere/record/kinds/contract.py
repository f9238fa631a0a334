"""What the computations of one contract stand on, and its delivery."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from infogere.record.entries import Count, Entry, Instant, Line, Name
from infogere.record.kinds.types import Amount, Day, Percent

_Servers = Annotated[tuple[Name, ...], Field(max_length=1000)]


class Band(BaseModel):
    """One band of the time-to-restore penalty; ``up_to_hours`` None: beyond every other band (A-5.2-4)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    up_to_hours: Count | None
    percent: Percent


class Switch(BaseModel):
    """One reading of an unclear article, under both profiles (contract/readings, Q1 to Q29)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    customer: Name | int
    provider: Name | int


class ContractBasis(Entry):
    """Order form, figures of the terms, readings and closed days: with it an export computes itself.

    Written when a server is delivered and again whenever one of its values changes; the last one
    before an instant is in force at it.

    Attributes:
        commissioned: sending time of the first delivery note (A-3.1.1-4); None: not delivered yet.
        monthly_fee: excluding VAT.
        gtr_hours: None where no time to restore was sold (A-5.2-3).
        gtr_coverage: ``24x7``, or like ``Mon-Fri 09:00-18:00`` (Q22).
        closed_days: holidays of the provider's calendar, in the years it covers (A-2-5).
        rate: guaranteed availability (A-5.1-2); ``monthly_limit_s`` its equivalent in seconds.
        slice_s: length of a penalty slice (A-5.1-8); ``slice_percent`` its price.
        level: service level of the order form.
        backup_ordered: whether the order form has backups (A-4.5-1); None: written before this was kept.
        time_credit_minutes: monthly support time that was bought (A-4.1.4-2); 0: none.
    """

    kind: ClassVar[str] = "contract-basis"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-2-5", "A-5.1-4", "A-5.2-3")

    contract: Name
    customer: Name
    customer_name: Line
    servers: _Servers
    commissioned: Instant | None
    timezone: Name
    monthly_fee: Amount | None
    currency: Literal["EUR"]
    gtr_hours: Count | None
    gtr_coverage: Line | None
    calendar_version: Name
    closed_days: Annotated[tuple[Day, ...], Field(max_length=1000)]
    rate: Percent
    monthly_limit_s: Count
    slice_s: Count
    slice_percent: Percent
    gtd_cap_percent: Percent
    bands: Annotated[tuple[Band, ...], Field(max_length=20)]
    gtr_cap_percent: Percent
    notice_days: Count
    readings: Annotated[tuple[Switch, ...], Field(max_length=100)]
    level: Name | None = None
    backup_ordered: bool | None = None
    time_credit_minutes: Count | None = None


class Delivery(Entry):
    """A server was handed over: its checks passed and the delivery note was accepted by a mail server."""

    kind: ClassVar[str] = "delivery"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-2-1", "A-3.1.1-1", "A-3.1.1-3", "A-3.1.1-4")
    after_the_fact: ClassVar[bool] = True

    contract: Name
    server: Name
    notice: Name
    commissioned: Instant
    checks: Annotated[tuple[Line, ...], Field(max_length=100)]
    author: Name

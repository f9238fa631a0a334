"""The contract as typed data: one field per rule, each with its clause.

``Terms`` is what the rest of the program asks. It is made by ``infogere.terms.load`` from a YAML
file; nothing here holds a figure of the contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, PositiveInt, field_validator

from infogere.terms.base import (
    Clauses,
    Count,
    Days,
    Minutes,
    Months,
    Percent,
    Ruled,
    Seconds,
    Statement,
    Strict,
    WallTime,
    WorkingDays,
    Years,
)
from infogere.terms.levels import LEVELS, STATES, Level, LevelName, PrivateCloud, State, StateName, complete

TicketObject = Literal["vhost", "database", "database-user", "ftp-account"]
"""What a customer may have created by ticket at level 4 (A-L4-6)."""

DiscouragedRule = Literal["public-holiday", "week-end", "holiday-eve-afternoon", "friday-afternoon", "weekday-late"]


class Delivery(Strict):
    """Handing a server over (article 3.1.1)."""

    fixed_addresses: Count
    note: Statement
    commissioning_date: Statement


class VersionComponents(Ruled):
    components: tuple[PositiveInt, ...]


class UpdateException(Ruled):
    """Packages whose versions have no digits, and which are updated like a minor update all the same.

    Attributes:
        packages: names; ``*`` stands for any characters.
        says: why, in a few words.
    """

    packages: tuple[str, ...] = Field(min_length=1)
    says: str


class Updates(Strict):
    """Which version components make an update minor or major; when maintenance runs.

    Components are counted from 1; ``8.2.10`` has 8, 2 and 10. A version without components is major unless
    its package is among the exceptions.
    """

    minor: VersionComponents
    major: VersionComponents
    exceptions: tuple[UpdateException, ...] = ()
    slot: Statement


class MonitoringSet(Ruled):
    """Probes that belong together; ``after_study``: those that need a feasibility study first."""

    probes: tuple[str, ...]
    levels: tuple[LevelName, ...]
    after_study: tuple[str, ...] = ()


class SoftwareService(Ruled):
    """One of the services that level 3 installs."""

    name: str
    title: str


class TicketObjects(Ruled):
    objects: tuple[TicketObject, ...]
    levels: tuple[LevelName, ...]


class Isolation(Ruled):
    """What must have happened before isolation, and what it takes away and leaves (article 4.1.2)."""

    approval: Statement
    substitutes: Statement
    requires: tuple[Literal["harm-opinion", "warning", "persistence"], ...]
    drops: tuple[Literal["monitoring", "preventive-maintenance", "backups", "sla"], ...]
    keeps: tuple[Literal["internet", "fees", "backups", "sla", "running"], ...]


class DiscouragedPeriod(Ruled):
    """A span of the week in which the customer's important updates are discouraged (article 4.1.3).

    Attributes:
        rule: its name, as printed by ``infogere calendar discouraged``.
        falls_on: the days it concerns.
        part: the whole day, the afternoon (its first minute is a reading, Q15), or from ``hour`` on.
        hour: only with ``part: from-hour``.
        says: the rule in one line.
    """

    rule: DiscouragedRule
    falls_on: Literal["public-holiday", "week-end", "holiday-eve", "friday", "weekday"]
    part: Literal["day", "afternoon", "from-hour"]
    hour: WallTime | None = None
    says: str


class Discouraged(Ruled):
    """``periods`` are in order of precedence: the first that applies gives its name."""

    periods: tuple[DiscouragedPeriod, ...]
    billing: Statement

    @field_validator("periods")
    @classmethod
    def _hour_when_needed(cls, value: tuple[DiscouragedPeriod, ...]) -> tuple[DiscouragedPeriod, ...]:
        for period in value:
            if (period.part == "from-hour") != (period.hour is not None):
                raise ValueError(f"{period.rule}: an hour goes with part from-hour, and only with it")
        return value


class CreditDay(Ruled):
    day_of_month: PositiveInt
    cumulative: bool


class Support(Strict):
    """Support time (articles 2, 4.1.4 and 4.2)."""

    levels: Mapping[PositiveInt, Statement]
    monthly_credit: CreditDay
    unit: Minutes
    bought_hours: Days
    occasional_hours: WorkingDays
    ticket_required: Statement
    quote_first: Statement
    payment_first: Statement


class Domains(Strict):
    """Domain names (article 4.3)."""

    transfer_before_renewal: Days
    loss_indemnity: Years
    ends_on_whois_date: Statement


class AntispamTags(Ruled):
    subject_prefixes: tuple[str, ...]
    folder: str


class Mail(Strict):
    """Mail service (article 4.4)."""

    sanction_minimum: Days
    antispam: AntispamTags
    mailbox_creation: Statement
    panel_access: Statement


class DatabaseBackups(Ruled):
    engines: tuple[str, ...]
    at: WallTime


class FileBackups(Ruled):
    when: Literal["night"]


class Backups(Strict):
    """Backups and restores (article 4.5)."""

    ordered_only: Statement
    hosted_here_only: Statement
    databases: DatabaseBackups
    databases_retention: Days
    files: FileBackups
    files_retention: Days
    restore: Statement
    restore_loses_later_data: Statement


class SlicePenalty(Percent):
    slice: Minutes


class Availability(Strict):
    """Availability guarantee, GTD (article 5.1)."""

    rate: Percent
    monthly_limit: Seconds
    yearly_base: Statement
    excluded: Statement
    on_request_only: Statement
    penalty: SlicePenalty
    cap: Percent
    credit_note: Statement
    credit_note_due: Days


class OverrunBand(Ruled):
    """``up_to_hours`` past the guarantee, inclusive; None: beyond every other band."""

    up_to_hours: PositiveInt | None
    percent: PositiveInt


class RestoreTime(Strict):
    """Time-to-restore guarantee, GTR (articles 5.2 to 5.4). The guaranteed hours are in the order form."""

    hours: Statement
    bands: tuple[OverrunBand, ...]
    cap: Percent
    on_request_only: Statement
    next_invoice: Statement
    clock_start: Statement
    clock_stop: Statement
    evidence: Statement


class NoticeContent(Ruled):
    fields: tuple[Literal["start", "expected-duration"], ...]


class PlannedWorks(Strict):
    """Announced interruptions (article 5.5)."""

    notice: Days
    notice_must_state: NoticeContent
    excluded: Statement


class Terms(Strict):
    """One version of one provider's terms.

    Attributes:
        version: what every notice, entry and statement carries (A-1-1).
        obligations: file with the clauses, beside this one or among the shipped ones.
        readings: file with the readings of unclear articles, found in the same way.
    """

    version: str
    version_clause: Clauses
    title: str
    obligations: str
    readings: str
    delivery: Delivery
    liability_ceiling: Months
    private_cloud: PrivateCloud
    levels: Mapping[LevelName, Level]
    updates: Updates
    monitoring: Mapping[str, MonitoringSet]
    plesk_services: tuple[SoftwareService, ...] = Field(min_length=1)
    ticket_objects: TicketObjects
    states: Mapping[StateName, State]
    isolation: Isolation
    discouraged: Discouraged
    support: Support
    domains: Domains
    mail: Mail
    backups: Backups
    availability: Availability
    restore_time: RestoreTime
    planned_works: PlannedWorks

    @field_validator("levels")
    @classmethod
    def _all_levels(cls, value: Mapping[LevelName, Level]) -> Mapping[LevelName, Level]:
        return complete(value, LEVELS)

    @field_validator("states")
    @classmethod
    def _all_states(cls, value: Mapping[StateName, State]) -> Mapping[StateName, State]:
        return complete(value, STATES)

    def level(self, name: LevelName) -> Level:
        return self.levels[name]

    def state(self, name: StateName) -> State:
        return self.states[name]

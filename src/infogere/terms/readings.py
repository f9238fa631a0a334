"""Readings of unclear articles: named switches, two profiles, one value each.

The file (``readings.yml``) holds the questions Q1 to Q29, the clauses they touch and the value of every
switch in both profiles. ``Readings`` is what computations receive: one typed field per switch, so that a
misspelt choice is caught by the type checker and not by a customer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self, get_args

from pydantic import Field, PositiveInt, model_validator

from infogere.errors import InfogereError
from infogere.terms.base import Clauses, Strict, WallTime

Profile = Literal["customer", "provider"]
PROFILES: tuple[Profile, ...] = get_args(Profile)


def profile_named(name: str) -> Profile:
    """The profile that a user wrote."""
    for profile in PROFILES:
        if name == profile:
            return profile
    raise InfogereError(f"no profile {name!r}", way_out=f"choose {' or '.join(PROFILES)}")


class Readings(Strict):
    """The switches of one profile, or of one order form that settles some of them otherwise."""

    commissioning: Literal["note-sent", "ready"]
    degradation: Literal["recorded-only", "counts", "weighted"]
    degradation_percent: int = Field(ge=0, le=100)
    missing_data: Literal["refuse", "defaults"]
    working_calendar: Literal["provider-file", "national-holidays"]
    supplier_outage: Literal["counts", "excluded"]
    network_cut_time: Literal["counts-unless-customer-caused", "excluded"]
    # One reminder is not "several" (A-3.1.2-6): below two the file is refused.
    reminders: int = Field(ge=2)
    reminder_spacing_hours: PositiveInt
    irc_found: Literal["suspend-by-decision", "unapproved-software-first"]
    emergency_time: Literal["counts", "excluded-when-informed"]
    bandwidth_measure: Literal["five-minute-average-both-ways", "percentile-95", "per-direction"]
    bandwidth_threshold: Literal["as-written", "round-hundred"]
    attribution: Literal["contestable-entry", "provider-word"]
    version_digit: Literal["component", "character"]
    security_pocket: Literal["by-version", "always-minor"]
    ticket_objects_at_level_3: Literal["declined", "same-catalogue"]
    isolation_condition: Literal["warned-and-persists", "first-sight"]
    isolation_reach: Literal["monitoring-and-maintenance", "backups-and-sla-too"]
    afternoon_starts: WallTime
    hour_itself: Literal["discouraged", "fine"]
    holiday_eve: Literal["calendar-day-before", "working-day-before"]
    regular_times: PositiveInt
    regular_days: PositiveInt
    time_unit: Literal["round-up", "first-unit-then-minutes"]
    first_credit: Literal["next-first", "prorated"]
    hours_validity: Literal["two-products", "longer-for-both"]
    sanction_days: Literal["whole-days", "working-days"]
    backup_zone: Literal["contract", "utc"]
    backup_late_minutes: PositiveInt
    night_starts: WallTime
    night_ends: WallTime
    retention_points: Literal["newest-days", "one-more"]
    breach_test: Literal["month-or-year", "real-month", "year-only"]
    incident_time: Literal["all-causes", "provider-only"]
    planned_time: Literal["removed-from-both", "left-in-total"]
    gtr_coverage: Literal["coverage-calendar", "ticket-to-restoration", "after-gtr"]
    slice_base: Literal["total", "excess"]
    slice_rounding: Literal["started", "completed"]
    caps: Literal["shared", "separate", "no-cumulation"]
    gtr_credit_deadline: Literal["same", "none"]
    gtr_bands: Literal["overrun-up-to", "threshold-reached", "last-on-top"]
    clock_start: Literal["customer-ticket", "provider-incident-too"]
    works_notice: Literal["dates", "clear-days", "whole-hours"]
    restart_in_slot: Literal["counts-without-notice", "planned"]
    gtr_month: Literal["ticket", "restoration"]
    amounts: Literal["excluding-vat", "including-vat"]


class Switch(Strict):
    """One choice. ``choices`` explains each value; a switch without choices is a plain parameter."""

    choices: Mapping[str, str] = Field(default_factory=dict)
    customer: str | int
    provider: str | int

    @model_validator(mode="after")
    def _known_choices(self) -> Self:
        for profile in PROFILES:
            value = getattr(self, profile)
            if self.choices and value not in self.choices:
                raise ValueError(f"{profile} has {value!r}, which is none of {', '.join(self.choices)}")
        return self


class Question(Strict):
    """One doubt about the text: what it is, where, and the switches that settle it."""

    asks: str
    clauses: Clauses = Field(alias="clause")
    switches: Mapping[str, Switch] = Field(min_length=1)


class ReadingsFile(Strict):
    """Every question of one version of the readings."""

    version: str
    questions: Mapping[str, Question]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for profile in PROFILES:
            self.profile(profile)
        return self

    def profile(self, name: Profile, changes: Mapping[str, Any] | None = None) -> Readings:
        """The readings of a profile, with single switches replaced by ``changes`` (an order form's)."""
        values: dict[str, Any] = {
            switch_name: getattr(switch, name)
            for question in self.questions.values()
            for switch_name, switch in question.switches.items()
        }
        return Readings.model_validate(values | dict(changes or {}))

    def question_of(self, switch_name: str) -> str:
        """The question, such as ``Q15``, that a switch belongs to."""
        return next(key for key, question in self.questions.items() if switch_name in question.switches)

    def differences(self) -> tuple[str, ...]:
        """Names of the switches on which the two profiles disagree."""
        return tuple(
            switch_name
            for question in self.questions.values()
            for switch_name, switch in question.switches.items()
            if switch.customer != switch.provider
        )

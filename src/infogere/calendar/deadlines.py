"""Deadlines of the contract: pure functions from a date or instant to a date or instant, with the clause.

Dates are those of the contract's zone. Durations in hours, and days that are spans of 24 hours, are added
to the instant in UTC; calendar days and working days are counted on dates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from infogere.calendar.days import Calendar
from infogere.calendar.walltime import Moment
from infogere.errors import InfogereError

Kind = Literal[
    "works-notice-last-date",
    "throttle-earliest",
    "credit-note-due",
    "mail-suspension-earliest-lift",
    "bought-hours-expiry",
    "occasional-hours-expiry",
    "domain-transfer-last-date",
]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The answer.

    Attributes:
        at: a date, or an aware instant in UTC where the contract counts hours.
        clause: the clause that sets it.
        means: what happens at it, in a few words.
        calendar: stamp of the calendar that was used.
    """

    at: date
    clause: str
    means: str
    calendar: str


def compute(kind: Kind, start: Moment | date, calendar: Calendar) -> Deadline:
    """The deadline of one kind that starts from ``start``: a date or an aware instant.

    Raises:
        InfogereError: a plain date where the contract counts hours.
    """
    moment = start if isinstance(start, Moment) else Moment.of(start, calendar.zone)
    return _KINDS[kind](moment, calendar)


def works_notice_last_date(works: Moment, calendar: Calendar) -> Deadline:
    """Last valid day to announce planned works (A-5.5-1), read as Q28 says."""
    notice = calendar.terms.planned_works.notice
    means = "last valid date of the notice"
    match calendar.readings.works_notice:
        case "dates":
            last: date = works.day - timedelta(days=notice.days)
        case "clear-days":
            last = works.day - timedelta(days=notice.days + 1)
        case "whole-hours":
            return Deadline(
                works_notice_send_by(_instant(works, "whole days of notice are counted back from it"), calendar),
                notice.clause,
                "latest sending of the notice",
                calendar.stamp,
            )
    return Deadline(last, notice.clause, means, calendar.stamp)


def works_notice_send_by(works: datetime, calendar: Calendar) -> datetime:
    """Latest sending that is safe under every reading of Q28 by hours: whole spans of 24 hours (UTC)."""
    return works - timedelta(days=calendar.terms.planned_works.notice.days)


def throttle_earliest(notice_sent: Moment, calendar: Calendar) -> Deadline:
    """Earliest effect of a bandwidth reduction, from the sending of its notice (A-3.2.4-3)."""
    notice = calendar.terms.private_cloud.bandwidth.notice
    sent = _instant(notice_sent, f"the notice runs for {notice.hours} hours")
    return Deadline(sent + timedelta(seconds=notice.seconds), notice.clause, "earliest reduction", calendar.stamp)


def credit_note_due(claim: Moment, calendar: Calendar) -> Deadline:
    """Last day to issue the credit note, from the customer's valid ticket (A-5.1-11)."""
    due = calendar.terms.availability.credit_note_due
    return Deadline(
        claim.day + timedelta(days=due.days), due.clause, "last day to issue the credit note", calendar.stamp
    )


def mail_suspension_earliest_lift(suspended: Moment, calendar: Calendar) -> Deadline:
    """Before which a spam sanction is not lifted (A-4.4-6), read as Q18 says."""
    least = calendar.terms.mail.sanction_minimum
    means = "earliest lift of the sanction"
    if calendar.readings.sanction_days == "working-days":
        return Deadline(calendar.add_working_days(suspended.day, least.days), least.clause, means, calendar.stamp)
    start = _instant(suspended, f"the sanction lasts {least.days} times 24 hours")
    return Deadline(start + timedelta(days=least.days), least.clause, means, calendar.stamp)


def bought_hours_expiry(bought: Moment, calendar: Calendar) -> Deadline:
    """Last day on which extra hours of a managed service can be used (A-4.1.4-5), read as Q17 says."""
    rule = calendar.terms.support.bought_hours
    last = bought.day + timedelta(days=rule.days)
    if calendar.readings.hours_validity == "longer-for-both":
        last = max(last, _occasional(bought, calendar))
    return Deadline(last, rule.clause, "last day of validity", calendar.stamp)


def occasional_hours_expiry(ordered: Moment, calendar: Calendar) -> Deadline:
    """Last day on which hours of occasional work can be used (A-4.2-4), read as Q17 says."""
    rule = calendar.terms.support.occasional_hours
    last = _occasional(ordered, calendar)
    if calendar.readings.hours_validity == "longer-for-both":
        last = max(last, ordered.day + timedelta(days=calendar.terms.support.bought_hours.days))
    return Deadline(last, rule.clause, "last day of validity", calendar.stamp)


def domain_transfer_last_date(renewal: Moment, calendar: Calendar) -> Deadline:
    """Last day to validate the offer of a domain transfer, from the renewal date (A-4.3-4)."""
    before = calendar.terms.domains.transfer_before_renewal
    return Deadline(
        renewal.day - timedelta(days=before.days),
        before.clause,
        "last day to validate the offer",
        calendar.stamp,
    )


def _occasional(ordered: Moment, calendar: Calendar) -> date:
    return calendar.add_working_days(ordered.day, calendar.terms.support.occasional_hours.working_days)


def _instant(moment: Moment, why: str) -> datetime:
    if moment.instant is None:
        raise InfogereError(
            f"{moment.day} has no time of day, and {why}", way_out=f"write for example {moment.day}T14:30"
        )
    return moment.instant


_KINDS: Mapping[Kind, Callable[[Moment, Calendar], Deadline]] = {
    "works-notice-last-date": works_notice_last_date,
    "throttle-earliest": throttle_earliest,
    "credit-note-due": credit_note_due,
    "mail-suspension-earliest-lift": mail_suspension_earliest_lift,
    "bought-hours-expiry": bought_hours_expiry,
    "occasional-hours-expiry": occasional_hours_expiry,
    "domain-transfer-last-date": domain_transfer_last_date,
}

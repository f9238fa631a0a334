"""When a notice of planned works has to be sent (A-5.5-1, Q28)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from infogere.calendar import Calendar, deadlines
from infogere.calendar.walltime import Moment, to_utc

_DAY = timedelta(days=1)
_LAST_SECOND = timedelta(seconds=1)
_ROUND = timedelta(minutes=15)  # proposals are round, and leave time to write the notice; not of the contract


@dataclass(frozen=True)
class Timing:
    """The deadline of one announcement.

    Attributes:
        start, end: aware, UTC.
        last_date: last valid day of the notice in the contract's zone.
        send_by: latest sending that holds by the date and by whole days of 24 hours alike (Q28).
    """

    start: datetime
    end: datetime
    last_date: date
    send_by: datetime


def timing(start: datetime, duration_s: int, calendar: Calendar) -> Timing:
    """The deadline of works that start at ``start`` (aware)."""
    start = start.astimezone(UTC)  # spans of 24 hours are counted there
    last = deadlines.works_notice_last_date(Moment.of(start, calendar.zone), calendar).at
    last_date = calendar.local(last).date() if isinstance(last, datetime) else last
    whole_hours = deadlines.works_notice_send_by(start, calendar)
    end_of_day = to_utc(datetime.combine(last_date + _DAY, time.min), calendar.zone) - _LAST_SECOND
    return Timing(start, start + timedelta(seconds=duration_s), last_date, min(whole_hours, end_of_day))


def earliest_start(now: datetime, calendar: Calendar) -> datetime:
    """A start, on the quarter of an hour, that a notice sent now still announces in time."""
    start = now.astimezone(UTC) + _ROUND
    start += (datetime.min.replace(tzinfo=UTC) - start) % _ROUND
    while timing(start, 0, calendar).send_by < now + _ROUND:
        start += _ROUND
    return start


def in_time(accepted: datetime, start: datetime, calendar: Calendar) -> bool:
    """Whether a notice that was accepted then announces works that start at ``start``, as Q28 is read."""
    last = deadlines.works_notice_last_date(Moment.of(start, calendar.zone), calendar).at
    if isinstance(last, datetime):
        return accepted <= last
    return calendar.local(accepted).date() <= last

"""What each day is: working or not, and which of its hours are discouraged or fit for maintenance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from infogere import terms as contract
from infogere.calendar import provider
from infogere.calendar.provider import MIDNIGHT, WEEKDAYS, ProviderCalendar
from infogere.calendar.spans import Span, subtract
from infogere.calendar.walltime import to_utc
from infogere.errors import InfogereError
from infogere.terms import Readings, Terms
from infogere.terms.models import DiscouragedPeriod

_DAY = timedelta(days=1)
_SATURDAY, _SUNDAY, _FRIDAY = 5, 6, 4


@dataclass(frozen=True, slots=True)
class Discouraged:
    """Why an instant is discouraged for the customer's important updates (article 4.1.3).

    Attributes:
        rule: name of the rule, e.g. ``friday-afternoon``.
        says: the rule in one line.
        clause: the clause it comes from.
        until: when this period ends (another one may follow at once); UTC.
    """

    rule: str
    says: str
    clause: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Day:
    """One local day. Spans are in UTC and never leave the day.

    Attributes:
        closed: why the provider does not work: name of the holiday or closed day; ``week-end``; empty.
        working: working hours; empty on a closed day.
        discouraged: periods of article 4.1.3, in order of precedence; they may overlap.
        patchable: working hours less the discouraged periods.
    """

    date: date
    holiday: str
    closed: str
    working: tuple[Span, ...]
    discouraged: tuple[tuple[Span, DiscouragedPeriod], ...]
    patchable: tuple[Span, ...]


@dataclass(frozen=True)
class Calendar:
    """The provider's calendar under given terms and readings.

    Everything it answers depends only on its fields, so an answer can be repeated from ``stamp``, the
    version of the terms and the readings.

    Attributes:
        data: the provider's file.
        digest: of that file, so that a changed file is not taken for the version it claims to be.
    """

    data: ProviderCalendar
    digest: str
    terms: Terms = field(repr=False)
    readings: Readings = field(repr=False)
    zone: ZoneInfo = field(repr=False)
    _days: dict[date, Day] = field(default_factory=dict, compare=False, repr=False)

    @property
    def version(self) -> str:
        return self.data.version

    @property
    def stamp(self) -> str:
        """What a computation carries: ``fr-2026.1+3f9a01c2d4e5``; ``load`` takes it back."""
        return f"{self.version}+{self.digest}"

    def local(self, at: datetime) -> datetime:
        """The same instant in the contract's zone."""
        if at.tzinfo is None:
            raise ValueError(f"{at} has no offset; instants are aware")
        return at.astimezone(self.zone)

    def day(self, day: date) -> Day:
        """Everything about one local day; computed once."""
        if day not in self._days:
            self._days[day] = self._plan(day)
        return self._days[day]

    def days(self, first: date, last: date) -> Iterator[Day]:
        """The days from ``first`` to ``last``, both included."""
        while first <= last:
            yield self.day(first)
            first += _DAY

    def holiday(self, day: date) -> str:
        """Name of the public holiday, empty when there is none.

        Raises:
            InfogereError: the version does not list the holidays of that year.
        """
        if not self.data.first_year <= day.year <= self.data.last_year:
            raise InfogereError(
                f"calendar {self.version} covers {self.data.first_year} to {self.data.last_year}, not {day.year}",
                way_out="write a newer version with: infogere calendar generate",
                clause="A-2-5",
            )
        return self.data.holiday_names.get(day, "")

    def is_working_day(self, day: date) -> bool:
        """A working day of the provider's calendar (A-2-5)."""
        if self.holiday(day):
            return False
        if self.readings.working_calendar == "national-holidays":
            return day.weekday() < _SATURDAY
        return bool(self._hours(day)) and day not in self.data.closed_days

    def is_working(self, at: datetime) -> bool:
        """Inside working hours of a working day (A-L3-24, A-L4-11)."""
        return any(at in span for span in self.day(self.local(at).date()).working)

    def is_holiday_eve(self, day: date) -> bool:
        """The eve of a public holiday, as Q15 reads it."""
        if self.readings.holiday_eve == "calendar-day-before":
            return bool(self.holiday(day + _DAY))
        if not self.is_working_day(day):
            return False
        following = day + _DAY
        while not self.is_working_day(following):
            if self.holiday(following):
                return True
            following += _DAY
        return False

    def discouraged(self, at: datetime) -> Discouraged | None:
        """The first rule of article 4.1.3 that discourages this instant, or None."""
        for span, period in self.day(self.local(at).date()).discouraged:
            if at in span:
                return Discouraged(period.rule, period.says, period.clause, span.end)
        return None

    def add_working_days(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day``, which itself does not count."""
        while count > 0:
            day += _DAY
            if self.is_working_day(day):
                count -= 1
        return day

    def _hours(self, day: date) -> tuple[provider.Hours, ...]:
        return self.data.working_hours.get(WEEKDAYS[day.weekday()], ())

    def _plan(self, day: date) -> Day:
        holiday = self.holiday(day)
        works = self.is_working_day(day)
        working = tuple(self._span(day, hours.start, hours.end) for hours in self._hours(day)) if works else ()
        discouraged = tuple(
            (self._span(day, self._start(period)), period)
            for period in self.terms.discouraged.periods
            if self._falls_on(period, day)
        )
        closed = holiday or self.data.closed_days.get(day, "")
        if not closed and not works:
            closed = "week-end" if day.weekday() >= _SATURDAY else "closed"
        return Day(
            date=day,
            holiday=holiday,
            closed="" if works else closed,
            working=working,
            discouraged=discouraged,
            patchable=subtract(working, (span for span, _ in discouraged)),
        )

    def _falls_on(self, period: DiscouragedPeriod, day: date) -> bool:
        match period.falls_on:
            case "public-holiday":
                return bool(self.holiday(day))
            case "week-end":
                return day.weekday() >= _SATURDAY
            case "holiday-eve":
                return self.is_holiday_eve(day)
            case "friday":
                return day.weekday() == _FRIDAY
            case "weekday":
                return day.weekday() < _SATURDAY

    def _start(self, period: DiscouragedPeriod) -> time:
        if period.part == "day":
            return MIDNIGHT
        if period.part == "afternoon":
            return self.readings.afternoon_starts
        if period.hour is None:
            raise ValueError(f"{period.rule} has no hour")
        # "After 16:00", read strictly (Q15), begins with the first instant past it.
        strictly_after = timedelta(0) if self.readings.hour_itself == "discouraged" else timedelta.resolution
        return (datetime.combine(date.min, period.hour) + strictly_after).time()

    def _span(self, day: date, start: time, end: time = MIDNIGHT) -> Span:
        end_day = day + _DAY if end == MIDNIGHT else day
        return Span(
            to_utc(datetime.combine(day, start), self.zone),
            to_utc(datetime.combine(end_day, end), self.zone),
        )


def load(
    version: str | Path | None = None,
    *,
    terms: Terms | None = None,
    readings: Readings | None = None,
) -> Calendar:
    """A calendar ready to answer.

    Args:
        version: a shipped version (``fr-alsace-moselle-2026.1``), a stamp of one (``fr-2026.1+3f9a...``),
            or the path of a provider's own file; None: the shipped default.
        terms: None: the shipped terms.
        readings: None: the profile ``customer`` of those terms.

    Raises:
        InfogereError: no such calendar, a broken file, or a file that is no longer what its stamp says.
    """
    wanted_digest = ""
    if isinstance(version, str) and "+" in version and not Path(version).is_file():
        version, wanted_digest = version.split("+", 1)
    path = provider.path_of(version)
    data, digest = provider.load(path)
    if wanted_digest and digest != wanted_digest:
        raise InfogereError(
            f"calendar {data.version} in {path} has digest {digest}, the computation used {wanted_digest}",
            way_out="give the file as it was then; a published calendar is never edited",
        )
    return Calendar(
        data=data,
        digest=digest,
        terms=terms or contract.load(),
        readings=readings or contract.readings(),
        zone=ZoneInfo(data.timezone),
    )

"""A what-if in a YAML file: one contract, one month, its incidents and works (``infogere sla simulate``).

The file is read as it is written: an instant without an offset is a wall time of the contract's zone. What
the contract leaves to the order form has no default here either (Q3).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, PositiveInt

from infogere.calendar import Calendar, walltime
from infogere.errors import InfogereError
from infogere.sla import coverage, periods
from infogere.sla.model import Contract, Effect, History, Incident, Works
from infogere.terms import yamlfile
from infogere.terms.base import Strict

_WHAT = "scenario"
_Read = TypeVar("_Read")
_CENT = Decimal("0.01")
_END_OF_DAY = time(23, 59, 59)


def _written(value: Any) -> Any:
    # YAML reads an unquoted 14:00:00 as the number 50400.
    if value is not None and not isinstance(value, str | date):
        raise ValueError("write an instant, e.g. 2024-06-12 10:00:00 or 2024-06-12T10:00+02:00")
    return value


def _as_text(value: Any) -> Any:
    # 119.99 is a float to YAML; its shortest form is what the file says.
    return str(value) if isinstance(value, float | int) and not isinstance(value, bool) else value


def _hours(value: Any) -> Any:
    # A yes is the number one to Python, and one hour is a promise.
    if isinstance(value, bool):
        raise ValueError("write a whole number of hours")
    return value


def _month(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("write year and month, e.g. 2024-06")
    return value


def _none_of_them(value: Any) -> Any:
    # A key with nothing behind it is null to YAML.
    return () if value is None else value


def _amount(value: Decimal) -> Decimal:
    if not value.is_finite() or value < 0:
        raise ValueError("is no amount; write 0 or more")
    cents = value.quantize(_CENT)
    # A yearly price / 12 may have more decimals (Q29); otherwise an amount is written with two.
    return cents if cents == value else value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError("is no time zone of the IANA database, e.g. Europe/Paris") from None
    return value


Written = Annotated[Any, BeforeValidator(_written)]
"""An instant as the file has it: text, or what YAML made of an unquoted timestamp."""
Id = Annotated[str, BeforeValidator(_as_text), Field(min_length=1, max_length=100)]


class ContractPart(Strict):
    """What the order form says; None: not written, and refused once it is needed."""

    commissioned: Written = None
    timezone: Annotated[str, AfterValidator(_zone)] | None = None
    monthly_fee: Annotated[Decimal, BeforeValidator(_as_text), AfterValidator(_amount)] | None = None
    gtr_hours: Annotated[PositiveInt, BeforeValidator(_hours)] | None = None
    gtr_coverage: str = coverage.ALWAYS


class IncidentPart(Strict):
    """``start`` has to be written, as null where a ticket has no evidence: a slip would pass for that (A-5.4-1)."""

    id: Id | None = None
    start: Written
    ticket: Written = None
    restored: Written = None
    cause: Literal["provider", "client", "third_party", "supplier"] | None = None
    effect: Effect = "interruption"


class WorksPart(Strict):
    start: Written
    end: Written
    actual_end: Written = None
    notice_sent: Written = None


class ScenarioFile(Strict):
    contract: ContractPart
    month: Annotated[str, BeforeValidator(_month)]
    incidents: Annotated[tuple[IncidentPart, ...], BeforeValidator(_none_of_them)] = ()
    works: Annotated[tuple[WorksPart, ...], BeforeValidator(_none_of_them)] = ()


@dataclass(frozen=True)
class Scenario:
    """The history of the what-if, its month, and what was assumed about wall times that exist twice or never."""

    history: History
    month: str
    notes: tuple[str, ...]


def load(path: Path, calendar: Calendar) -> Scenario:
    """Read a scenario.

    Args:
        calendar: whose closed days are taken out of the coverage, and whose zone a scenario without one has.

    Raises:
        InfogereError: unknown keys, unreadable instants and the like, each with file, line and key; or what is
            missing, with its clause.
    """
    data = yamlfile.read(path, _WHAT)
    written = yamlfile.parse(ScenarioFile, data, path, _WHAT)
    _refuse_gaps(written.contract, path)
    return _Reading(path, written, calendar).scenario()


_REQUIRED = (
    ("commissioned", "A-5.1-4"),
    ("monthly_fee", "A-5.1-8"),
    ("gtr_hours", "A-5.2-3"),
)


def _refuse_gaps(contract: ContractPart, path: Path) -> None:
    gaps = [(key, clause) for key, clause in _REQUIRED if getattr(contract, key) is None]
    if gaps:
        names = " and ".join(f"contract.{key} [{clause}]" for key, clause in gaps)
        verb = "is" if len(gaps) == 1 else "are"
        raise InfogereError(
            f"{path}: {names} {verb} missing, and nothing is guessed",
            way_out="write what the order form says; the terms do not say it",
        )


class _Reading:
    """One pass over a scenario: instants are read, faults and notes collected on the way."""

    def __init__(self, path: Path, written: ScenarioFile, calendar: Calendar) -> None:
        self._path = path
        self._written = written
        self._calendar = calendar
        self._zone = ZoneInfo(written.contract.timezone) if written.contract.timezone else calendar.zone
        self._faults: list[tuple[Sequence[str | int], str]] = []
        self._notes: list[str] = []

    def scenario(self) -> Scenario:
        until = self._checked(("month",), lambda: periods.month(self._written.month, self._zone).end, 0)
        contract = self._contract(until)
        incidents = tuple(self._incident(index, part) for index, part in enumerate(self._written.incidents))
        works = tuple(self._works(index, part) for index, part in enumerate(self._written.works))
        seen: set[str] = set()
        for index, incident in enumerate(incidents):
            if incident.id in seen:
                self._fault(("incidents", index, "id"), f"{incident.id!r} is there twice")
            seen.add(incident.id)
        if self._faults:
            raise yamlfile.refusal(self._path, self._faults, _WHAT)
        return Scenario(History(contract, incidents, works, until), self._written.month, tuple(self._notes))

    def _contract(self, until: int) -> Contract:
        part = self._written.contract
        commissioned = self._instant(("contract", "commissioned"), part.commissioned, day_as=time())
        nothing: frozenset[date] = frozenset()
        weekly = self._checked(("contract", "gtr_coverage"), lambda: coverage.parse(part.gtr_coverage), None)
        closed = self._checked(("month",), lambda: self._closed(until), nothing) if weekly and until else nothing
        return Contract(
            id=self._path.stem,
            commissioned=commissioned,
            zone=self._zone,
            monthly_fee=part.monthly_fee,
            gtr_hours=part.gtr_hours,
            coverage=part.gtr_coverage,
            closed_days=closed,
        )

    def _closed(self, until: int) -> frozenset[date]:
        # The service year of a month lies in three years at most; one that is not listed is refused (A-2-5).
        year = periods.local(until - 1, self._zone).year
        for concerned in (year - 1, year, year + 1):
            self._calendar.holiday(date(concerned, 1, 1))
        return coverage.closed_days(self._calendar)

    def _incident(self, index: int, part: IncidentPart) -> Incident:
        here = ("incidents", index)
        start = self._instant((*here, "start"), part.start)
        ticket = self._instant((*here, "ticket"), part.ticket)
        restored = self._instant((*here, "restored"), part.restored)
        if start is not None and restored is not None and restored < start:
            self._fault((*here, "restored"), "is before start")
        return Incident(part.id or f"I{index + 1}", start, ticket, restored, part.cause, part.effect)

    def _works(self, index: int, part: WorksPart) -> Works:
        here = ("works", index)
        start = self._instant((*here, "start"), part.start)
        end = self._instant((*here, "end"), part.end)
        actual_end = self._instant((*here, "actual_end"), part.actual_end)
        # A day without a time is judged by its date (Q28), and is over when hours are counted.
        sent = self._instant((*here, "notice_sent"), part.notice_sent, day_as=_END_OF_DAY)
        if start is None or end is None:
            # A notice without start or duration is void (A-5.5-2), and works without them cannot be placed.
            self._fault(here, "start and end are both needed, as in the notice")
            return Works(f"W{index + 1}", 0, 0, None, None)
        for key, value in (("end", end), ("actual_end", actual_end)):
            if value is not None and value < start:
                self._fault((*here, key), "is before start")
        return Works(f"W{index + 1}", start, end, actual_end, sent)

    def _instant(self, where: Sequence[str | int], written: Any, day_as: time | None = None) -> int | None:
        if written is None:
            return None

        def read() -> int | None:
            return self._read(written, day_as)

        return self._checked(where, read, None)

    def _read(self, written: str | date, day_as: time | None) -> int:
        moment = walltime.parse(written if isinstance(written, str) else written.isoformat(), self._zone)
        if moment.instant is None and day_as is not None:
            return periods.instant(datetime.combine(moment.day, day_as), self._zone)
        if moment.instant is None:
            raise InfogereError("has no time of day", way_out=f"write for example {moment.day}T14:30")
        if moment.instant.microsecond:
            raise InfogereError("has a fraction of a second", way_out="write whole seconds")
        if moment.note:
            self._notes.append(moment.note)
        return int(moment.instant.astimezone(UTC).timestamp())

    def _checked(self, where: Sequence[str | int], read: Callable[[], _Read], otherwise: _Read) -> _Read:
        try:
            return read()
        except InfogereError as error:
            clause = f" [{error.clause}]" if error.clause else ""
            self._fault(where, f"{error.message}{clause}; {error.way_out}")
            return otherwise

    def _fault(self, where: Sequence[str | int], problem: str) -> None:
        self._faults.append((where, problem))

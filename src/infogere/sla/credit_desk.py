"""Granting and spending support time, under the writer's lock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from zoneinfo import ZoneInfo

from infogere.calendar import deadlines
from infogere.calendar.walltime import Moment
from infogere.errors import InfogereError
from infogere.record.kinds.contract import ContractBasis
from infogere.record.kinds.money import TimeGranted, TimeSpent
from infogere.record.reading import Reader
from infogere.record.recorder import one_line
from infogere.sla import basis, ledger, numbering, time_credit
from infogere.sla.desk import Desk
from infogere.sla.model import Rules
from infogere.sla.time_credit import Grant

Hours = Literal["managed-hours", "occasional-hours"]
_PREFIX = "HRS"
_OWED = "owed"


@dataclass(frozen=True)
class Work:
    """One intervention; ``worked_s`` are seconds really worked."""

    ticket: str
    worked_s: int
    summary: str
    day: date


class CreditDesk:
    """Support time of one contract, in the name of ``author``."""

    def __init__(self, desk: Desk, contract: str, author: str) -> None:
        self.desk = desk
        self.contract: ContractBasis = desk.contract(contract)
        self._author = one_line(author)

    @property
    def rules(self) -> Rules:
        return basis.rules(self.contract, "customer", self.desk.terms_path)

    @property
    def today(self) -> date:
        return self.desk.now.astimezone(ZoneInfo(self.contract.timezone)).date()

    def allowance(self, month: date) -> tuple[int, TimeGranted] | None:
        """Credit a month's allowance; None: it was credited already, or there is none.

        Raises:
            InfogereError: the month has not begun.
        """
        name = f"{month:%Y-%m}"
        if month.replace(day=1) > self.today:
            raise InfogereError(
                f"the allowance of {name} is credited on its first day",
                way_out="ask again then; time that is left is lost at the end of its month",
                clause="A-4.1.4-2",
            )
        due = self._due(month)
        if due is None:
            return None
        first, last, minutes = due
        grant = f"allowance-{name}"

        def make(reader: Reader) -> TimeGranted:
            known = time_credit.fold(ledger.entries(reader, self.contract.contract, time_credit.KINDS))
            if any(one.id == grant for one in known):
                raise _GrantedAlready(f"the allowance of {name} was credited already", clause="A-4.1.4-2")
            return TimeGranted(
                **self._common(),
                grant=grant,
                source="allowance",
                minutes=minutes,
                granted=first.isoformat(),
                expires=last.isoformat(),
                month=name,
            )

        try:
            return self.desk.append(make)
        except _GrantedAlready:
            return None

    def buy(self, source: Hours, minutes: int, bought: date, reference: str) -> tuple[int, TimeGranted]:
        """Hours were bought, and paid: of a managed service, or for occasional work (Q17).

        Raises:
            InfogereError: the contract is not of a managed service, or the day has not come.
        """
        self._not_future(bought)
        calendar = self.desk.calendar(self.contract)
        moment = Moment.of(bought, calendar.zone)
        if source == "managed-hours":
            self._require_managed()
            last = deadlines.bought_hours_expiry(moment, calendar)
        else:
            last = deadlines.occasional_hours_expiry(moment, calendar)

        def make(reader: Reader) -> TimeGranted:
            return TimeGranted(
                **self._common(),
                grant=numbering.following(reader, TimeGranted.kind, "grant", _PREFIX, bought.year),
                source=source,
                minutes=minutes,
                granted=bought.isoformat(),
                expires=last.at.isoformat(),
                reference=one_line(reference),
            )

        return self.desk.append(make)

    def spend(self, work: Work) -> tuple[int, TimeSpent]:
        """An intervention: the month's allowance is credited first if it is not, then the nearest expiry is spent.

        Raises:
            InfogereError: no time was worked, or not yet.
        """
        self._not_future(work.day)
        if work.worked_s <= 0:
            raise InfogereError(
                "no time was worked", way_out="give what was really worked, e.g. --worked 40m", clause="A-4.1.4-4"
            )
        self.allowance(work.day)
        minutes = time_credit.counted(work.worked_s, self.rules.terms, self.rules.readings)

        def make(reader: Reader) -> TimeSpent:
            grants = time_credit.fold(ledger.entries(reader, self.contract.contract, time_credit.KINDS))
            paid = time_credit.spend(minutes, work.day, grants)
            return TimeSpent(
                **self._common(),
                ticket=work.ticket,
                day=work.day.isoformat(),
                worked_s=work.worked_s,
                minutes=minutes,
                unpaid_minutes=paid.unpaid,
                shares=paid.shares,
                summary=one_line(work.summary),
            )

        return self.desk.append(make)

    def grants(self) -> tuple[Grant, ...]:
        """Every grant, nearest expiry first."""
        return time_credit.fold(self.desk.entries(self.contract.contract, time_credit.KINDS))

    def _due(self, month: date) -> tuple[date, date, int] | None:
        began = basis.commissioned(self.desk.entries(self.contract.contract, basis.KINDS))
        if not self.contract.time_credit_minutes or began is None:
            return None
        day = began.astimezone(ZoneInfo(self.contract.timezone)).date()
        return time_credit.allowance(
            month, self.contract.time_credit_minutes, day, self.rules.terms, self.rules.readings
        )

    def _require_managed(self) -> None:
        level = next((one for one in self.rules.terms.levels if one == self.contract.level), None)
        if level and self.rules.terms.levels[level].duties["engineer-diagnosis"].status != _OWED:
            raise InfogereError(
                f"contract {self.contract.contract} is of level {level}, which is not managed",
                way_out="sell occasional hours: --kind occasional, after quote and payment",
                clause="A-4.2-2",
            )

    def _not_future(self, day: date) -> None:
        if day > self.today:
            raise InfogereError(f"{day} has not come yet", way_out="give the day on which it happened")

    def _common(self) -> dict[str, Any]:
        return {
            "terms": self.contract.terms,
            "contract": self.contract.contract,
            "at": self.desk.now,
            "author": self._author,
        }


class _GrantedAlready(InfogereError):
    """Ends a transaction that has nothing to write."""

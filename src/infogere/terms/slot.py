"""A maintenance slot that an order form sets instead of the default one."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from infogere.terms.base import Strict, WallTime


class MaintenanceSlot(Strict):
    """Recurring slot in which maintenance may start (A-L3-13), in the contract's zone.

    Attributes:
        rule: days, as an iCalendar recurrence rule, e.g. ``FREQ=WEEKLY;BYDAY=TU,TH`` or
            ``FREQ=MONTHLY;BYDAY=2WE``.
        start: wall time at which the slot opens, inclusive.
        end: wall time at which it closes, exclusive; at or before ``start`` means the day after.
        first_day: day from which the rule counts (matters for ``INTERVAL`` and ``COUNT``).
        excluded: days on which the slot does not open.
        outside_hours: the customer wants it outside working hours, which is billed (A-L3-26);
            without it the slot is cut down to working days and hours (A-L3-24).
    """

    rule: str = Field(pattern=r"^FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(;[A-Z]+=[A-Z0-9,+:-]+)*$")
    start: WallTime
    end: WallTime
    first_day: date
    excluded: frozenset[date] = frozenset()
    outside_hours: bool = False

    @model_validator(mode="after")
    def _whole_rule(self) -> Self:
        if any(part in self.rule for part in ("BYHOUR", "BYMINUTE", "BYSECOND")):
            raise ValueError("the rule names days; hours are in start and end")
        return self

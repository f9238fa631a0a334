"""Days of the record: each UTC day from that of its first entry on is closed by one signed checkpoint.

Before the first entry there was no record, so nothing is owed for the days before it. A day is closed
before anything of a later day is recorded: a day without its checkpoint is always a finding.
"""

from __future__ import annotations

from datetime import date, timedelta

DAY = timedelta(days=1)


def day_of(recorded: str) -> date:
    """The UTC day of an instant as the record writes it; ValueError if it is none."""
    return date.fromisoformat(recorded[:10])


def due(last: str, now: str) -> list[date]:
    """Days that must be closed before something can be recorded at ``now``, given the last entry's instant.

    Days before that of the last entry are closed already, or it could not have been written.
    """
    first, today = day_of(last), day_of(now)
    return [first + DAY * number for number in range((today - first).days)]


def is_late(day: date, recorded: str) -> bool:
    """True if a day's checkpoint was not made on the day after."""
    return day_of(recorded) > day + DAY


class Calendar:
    """Follows the days of a record entry by entry; what does not fit comes back in words."""

    def __init__(self) -> None:
        # The first day without a checkpoint, as text (text order is time order). An entry of this day changes nothing.
        self.open = ""

    def entry(self, recorded: str) -> str | None:
        """An entry that closes no day."""
        today = recorded[:10]
        if today == self.open:
            return None
        missing = self.unclosed(today) if self.open else None
        self.open = max(self.open, today)
        return missing

    def checkpoint(self, day: str, late: object, recorded: str) -> str | None:
        """A checkpoint that closes ``day``; ValueError if that is no day."""
        closed = date.fromisoformat(day)
        if closed.isoformat() != day:
            raise ValueError(day)
        expected = self.open or day
        self.open = max(expected, (closed + DAY).isoformat())
        if day > expected:
            return _without_checkpoint(expected, day)
        if day < expected:
            return f"closes {day} once more"
        if day >= recorded[:10]:
            return f"closes {day} before it is over"
        if late is not is_late(closed, recorded):
            return f"closes {day} on {recorded[:10]}, marked {'late' if late else 'in time'}"
        return None

    def unclosed(self, today: str) -> str | None:
        """Days before ``today`` that have no checkpoint yet, in words."""
        return _without_checkpoint(self.open, today) if self.open and self.open < today else None


def _without_checkpoint(first: str, end: str) -> str:
    last = (date.fromisoformat(end) - DAY).isoformat()
    return f"no checkpoint closes {first}" + (f" to {last}" if last > first else "")

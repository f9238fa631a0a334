"""Wall clock to instant and back, right on the two days a year when the clock changes.

Wall times are resolved in the contract's zone first; only instants (UTC) have durations added to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from infogere.errors import InfogereError

# Years outside are typing errors, and date arithmetic near year 9999 overflows.
FIRST_YEAR, LAST_YEAR = 1970, 2200

Kind = Literal["exact", "ambiguous", "skipped"]


@dataclass(frozen=True, slots=True)
class Resolved:
    """An instant in UTC, and whether the wall time named exactly one.

    ``ambiguous``: the clock showed it twice, the first is meant (RFC 5545, 3.3.5). ``skipped``: the clock
    never showed it, the first instant after the gap is meant.
    """

    instant: datetime
    kind: Kind


def resolve(wall: datetime, zone: ZoneInfo) -> Resolved:
    """The instant at which clocks in ``zone`` show ``wall`` (naive)."""
    first = wall.replace(tzinfo=zone, fold=0)
    second = wall.replace(tzinfo=zone, fold=1)
    # Comparing the instants and not the wall times: in a gap the second fold comes first.
    earlier, later = first.astimezone(UTC), second.astimezone(UTC)
    if earlier == later:
        return Resolved(earlier, "exact")
    if earlier < later:
        return Resolved(earlier, "ambiguous")
    return Resolved(offset_change(later, earlier, zone), "skipped")


def to_utc(wall: datetime, zone: ZoneInfo) -> datetime:
    """``resolve`` for callers that follow the rule without a word: windows and working hours."""
    return resolve(wall, zone).instant


def offset_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first instant with the new offset, given instants before and after one change of the clock."""
    # Clocks change on whole seconds: from those nothing of a fraction is left in the answer.
    before = before.replace(microsecond=0)
    after = after.replace(microsecond=0) + timedelta(seconds=bool(after.microsecond))
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after


@dataclass(frozen=True, slots=True)
class Moment:
    """What a user wrote: an instant, or a plain date.

    Attributes:
        day: the date in the contract's zone.
        instant: aware, UTC; None for a plain date.
        note: what was assumed about a wall time that exists twice or not at all; empty otherwise.
    """

    day: date
    instant: datetime | None
    note: str = ""

    @classmethod
    def of(cls, at: date, zone: ZoneInfo) -> Moment:
        """The moment of a date, or of an aware instant."""
        if not isinstance(at, datetime):
            return cls(at, None)
        if at.tzinfo is None:
            raise ValueError(f"{at} has no offset; instants are aware")
        return cls(at.astimezone(zone).date(), at.astimezone(UTC))


def parse(text: str, zone: ZoneInfo) -> Moment:
    """Read ISO 8601; without an offset the contract's zone is meant.

    Raises:
        InfogereError: not a date or instant, or a year that cannot be meant.
    """
    moment = _parse(text.strip(), zone)
    if not FIRST_YEAR <= moment.day.year <= LAST_YEAR:
        raise InfogereError(
            f"{text!r} is in the year {moment.day.year}",
            way_out=f"write a year from {FIRST_YEAR} to {LAST_YEAR}",
        )
    return moment


def parse_instant(text: str, zone: ZoneInfo, *, why: str) -> tuple[datetime, str]:
    """Instant (UTC) and note of ``parse``, where a plain date is too vague; ``why`` says what needs the time."""
    moment = parse(text, zone)
    if moment.instant is None:
        raise InfogereError(f"{text!r} has no time of day, and {why}", way_out=f"write for example {moment.day}T14:30")
    return moment.instant, moment.note


def _parse(text: str, zone: ZoneInfo) -> Moment:
    try:
        if _is_plain_date(text):
            return Moment(date.fromisoformat(text), None)
        written = datetime.fromisoformat(text)
        if written.tzinfo is not None:
            instant = written.astimezone(UTC)
            return Moment(instant.astimezone(zone).date(), instant)
    except (ValueError, OverflowError) as error:
        raise InfogereError(
            f"{text!r} is not an instant: {error}",
            way_out="write ISO 8601, e.g. 2026-12-24T15:00, 2026-12-24T15:00+01:00 or 2026-12-24",
        ) from None
    if not FIRST_YEAR <= written.year <= LAST_YEAR:
        return Moment(written.date(), None)  # parse() refuses the year; zones know nothing of it
    resolved = resolve(written, zone)
    local = resolved.instant.astimezone(zone)
    return Moment(local.date(), resolved.instant, _note(text, resolved, local, zone))


def _is_plain_date(text: str) -> bool:
    return "T" not in text and ":" not in text and " " not in text


def _note(text: str, resolved: Resolved, local: datetime, zone: ZoneInfo) -> str:
    if resolved.kind == "ambiguous":
        return (
            f"{text} happens twice in {zone.key} (the clock goes back); taken as the first, {local.isoformat()}; "
            "write an offset to choose"
        )
    if resolved.kind == "skipped":
        return (
            f"{text} does not exist in {zone.key} (the clock goes forward); taken as {local.isoformat()}, "
            "the first instant after"
        )
    return ""

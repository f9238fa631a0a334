"""What must hold for every history; and a slow, obvious judge that looks at one moment after the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from doubles.histories import PARIS, at, history, incident, priced, works
from infogere.sla import compute
from infogere.sla.model import Incident, Works
from infogere.sla.result import Result
from infogere.terms.readings import PROFILES, Readings

TICK = 600
JUNE = at("2024-06-01 00:00")
JULY = at("2024-07-01 00:00")
# From the day before June to the day after it, on whole ticks, so that the judge may look at ticks.
TICKS = st.integers(-144, 31 * 144)
CAUSES = st.sampled_from(["provider", "client", "third_party", "supplier", None])


@st.composite
def incidents(draw: st.DrawFn) -> tuple[Incident, ...]:
    found = []
    for number in range(draw(st.integers(0, 5))):
        start = JUNE + draw(TICKS) * TICK
        length = draw(st.integers(0, 300)) * TICK
        ticket = draw(st.one_of(st.none(), st.integers(-30, 300)))
        found.append(
            incident(
                start,
                draw(st.sampled_from([start + length, start + length, None])),
                ticket=None if ticket is None else start + ticket * TICK,
                id=f"I{number}",
                cause=draw(CAUSES),
                effect=draw(st.sampled_from(["interruption", "interruption", "degradation"])),
                contested=draw(st.booleans()),
            )
        )
    return tuple(found)


@st.composite
def jobs(draw: st.DrawFn) -> tuple[Works, ...]:
    found = []
    for number in range(draw(st.integers(0, 2))):
        start = JUNE + draw(TICKS) * TICK
        end = start + draw(st.integers(0, 60)) * TICK
        found.append(
            Works(
                id=f"W{number}",
                start=start,
                end=end,
                actual_end=draw(st.sampled_from([None, end + 3 * TICK, start + (end - start) // (2 * TICK) * TICK])),
                notice_sent=draw(st.sampled_from([None, start - 20 * 86_400, start - 3_600])),
            )
        )
    return tuple(found)


PAST = st.builds(
    lambda events, planned, coverage, gtr: history(*events, *planned, coverage=coverage, gtr_hours=gtr),
    incidents(),
    jobs(),
    st.sampled_from(["24x7", "24x7", "Mon-Fri 09:00-18:00"]),
    st.integers(1, 24),
)
PROFILE = st.sampled_from(PROFILES)


def by_tick(past: compute.History) -> tuple[int, int, int, int]:
    """Total, planned, unavailable and left out of June under the customer's readings, one tick at a time."""
    counts = {"total": 0, "planned": 0, "unavailable": 0, "excluded": 0}
    for second in range(JUNE, JULY, TICK):
        wall = datetime.fromtimestamp(second, UTC).astimezone(PARIS)
        if past.contract.coverage != "24x7" and not (wall.weekday() < 5 and 9 <= wall.hour < 18):
            continue
        counts["total"] += TICK
        for kind in ("planned", "unavailable", "excluded"):
            if _is(kind, second, past):
                counts[kind] += TICK
                break
    return tuple(counts.values())  # type: ignore[return-value]


def _is(kind: str, second: int, past: compute.History) -> bool:
    for job in past.works:
        ended = job.end if job.actual_end is None else job.actual_end
        days = (_date(job.start) - _date(job.notice_sent)).days if job.notice_sent is not None else -1
        announced = days >= 8 and second < job.end
        if job.start <= second < ended and kind == ("planned" if announced else "unavailable"):
            return True
    for one in past.incidents:
        if one.ticket is None or one.start is None or one.effect == "degradation":
            continue
        end = past.until if one.restored is None else one.restored
        whose = "excluded" if one.cause in {"client", "third_party"} and not one.contested else "unavailable"
        if max(one.ticket, one.start) <= second < end and kind == whose:
            return True
    return False


def _date(second: int) -> datetime:
    wall = datetime.fromtimestamp(second, UTC).astimezone(PARIS)
    return datetime(wall.year, wall.month, wall.day, tzinfo=UTC)


@settings(max_examples=15, deadline=None)
@given(PAST)
def test_the_judge_of_ticks_agrees(past: compute.History) -> None:
    terms = priced(past).month.availability
    assert (terms.total_s, terms.planned_s, terms.unavailable_s, terms.excluded_s) == by_tick(past)


@settings(max_examples=60, deadline=None)
@given(PAST, PROFILE, st.sampled_from(["all-causes", "provider-only"]))
def test_rates_and_caps_hold(past: compute.History, profile: str, numerator: str) -> None:
    result = priced(past, profile=profile, incident_time=numerator)  # type: ignore[arg-type]
    for terms in (result.month.availability, *(year.availability for year in result.years)):
        assert 0 <= terms.numerator <= terms.denominator <= terms.total_s
        assert terms.rate is None or 0 <= terms.rate <= 100
    assert 0 <= result.gtd.percent <= 100
    assert 0 <= result.gtr.percent <= 100
    assert 0 <= result.total.percent <= 100
    assert result.total.percent <= result.gtd.percent + result.gtr.percent
    assert 0 <= result.total.amount <= 120


def _choices(switch: str) -> st.SearchStrategy[object]:
    values = get_args(Readings.model_fields[switch].annotation)
    # The weight is the one switch here that is a number.
    return st.sampled_from(values) if values else st.integers(1, 100)


@settings(max_examples=60, deadline=None)
@given(PAST, st.fixed_dictionaries({switch: _choices(switch) for switch in sorted(compute.SWITCHES)}))
def test_every_combination_of_readings_can_be_computed(past: compute.History, switches: dict[str, object]) -> None:
    taxed = replace(past, contract=replace(past.contract, vat_percent=Decimal(20)))
    result = priced(taxed, **switches)
    terms = result.month.availability
    assert 0 <= terms.numerator <= terms.denominator <= terms.total_s
    assert terms.unavailable_s + terms.excluded_s + terms.planned_s <= terms.total_s
    assert result.total.percent <= (200 if switches["caps"] == "separate" else 100)
    assert result.month.breach or not result.gtd.slices


@settings(max_examples=40, deadline=None)
@given(PAST, PROFILE, st.integers(1, 300))
def test_more_downtime_never_costs_less(past: compute.History, profile: str, ticks: int) -> None:
    longer = tuple(
        one if one.restored is None else replace(one, restored=one.restored + ticks * TICK)
        for one in past.incidents
        if _against_provider(one)
    )
    shorter = replace(past, incidents=tuple(one for one in past.incidents if _against_provider(one)))
    before = priced(shorter, profile=profile)  # type: ignore[arg-type]
    after = priced(replace(past, incidents=longer), profile=profile)  # type: ignore[arg-type]
    assert after.month.availability.unavailable_s >= before.month.availability.unavailable_s
    assert after.gtr.percent >= before.gtr.percent
    assert after.gtd.percent >= before.gtd.percent or _year_fell_earlier(after)
    assert after.total.percent >= before.total.percent or _year_fell_earlier(after)


def _against_provider(one: Incident) -> bool:
    return one.cause == "provider" and not one.contested


def _year_fell_earlier(result: Result) -> bool:
    # The year's limit is crossed once: more downtime may put that into the month before, which then pays.
    return any(year.availability.under and not year.crossed_here for year in result.years)


@settings(max_examples=40, deadline=None)
@given(PAST, PROFILE, st.randoms(use_true_random=False))
def test_the_order_of_events_changes_nothing(past: compute.History, profile: str, shuffle: object) -> None:
    mixed = list(past.incidents)
    planned = list(past.works)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    shuffle.shuffle(planned)  # type: ignore[attr-defined]
    other = replace(past, incidents=tuple(mixed), works=tuple(planned))
    one, two = (priced(each, profile=profile) for each in (past, other))  # type: ignore[arg-type]
    assert (one.month, one.years, one.gtd, one.total, one.timeline) == (
        two.month,
        two.years,
        two.gtd,
        two.total,
        two.timeline,
    )


@settings(max_examples=40, deadline=None)
@given(PAST)
def test_an_incident_split_at_midnight_is_the_same_unavailability(past: compute.History) -> None:
    halves: list[Incident] = []
    for one in past.incidents:
        begin = one.ticket if one.start is None or one.ticket is None else max(one.ticket, one.start)
        end = past.until if one.restored is None else one.restored
        midnight = _midnight_after(begin) if begin is not None else end
        if begin is None or midnight >= end:
            halves.append(one)
            continue
        halves.append(replace(one, restored=midnight))
        halves.append(replace(one, id=f"{one.id}-2", start=midnight, ticket=midnight, restored=one.restored))
    whole, split = priced(past), priced(replace(past, incidents=tuple(halves)))
    assert (whole.month, whole.years, whole.gtd) == (split.month, split.years, split.gtd)


def _midnight_after(second: int) -> int:
    wall = datetime.fromtimestamp(second, UTC).astimezone(PARIS)
    following = (wall + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return int(following.timestamp())


def test_planned_works_alone_never_cost_anything() -> None:
    result = priced(history(works("2024-06-20 22:00", "2024-06-21 04:00")))
    assert result.month.availability.rate == 100
    assert result.total.percent == 0

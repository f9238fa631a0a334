"""Wall clock to instant and back, on ordinary days and on the two that change the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from infogere.calendar.walltime import Moment, parse, parse_instant, resolve
from infogere.errors import InfogereError

PARIS = ZoneInfo("Europe/Paris")
ZONES = [PARIS, ZoneInfo("America/Sao_Paulo"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kathmandu")]


@pytest.mark.parametrize(
    ("text", "instant", "note"),
    [
        ("2024-05-07T12:00", "2024-05-07T10:00:00+00:00", ""),
        ("2024-05-07 12:00", "2024-05-07T10:00:00+00:00", ""),
        ("2024-05-07T12:00Z", "2024-05-07T12:00:00+00:00", ""),
        ("2024-05-07T12:00-05:00", "2024-05-07T17:00:00+00:00", ""),
        ("2024-03-31T02:30", "2024-03-31T01:00:00+00:00", "does not exist"),
        ("2024-03-31T01:59:59", "2024-03-31T00:59:59+00:00", ""),
        ("2024-03-31T03:00", "2024-03-31T01:00:00+00:00", ""),
        ("2024-10-27T02:30", "2024-10-27T00:30:00+00:00", "happens twice"),
        ("2024-10-27T02:30+01:00", "2024-10-27T01:30:00+00:00", ""),
        ("2024-10-27T03:00", "2024-10-27T02:00:00+00:00", ""),
        ("2024-02-29T23:30", "2024-02-29T22:30:00+00:00", ""),
    ],
)
def test_parse(text: str, instant: str, note: str) -> None:
    moment = parse(text, PARIS)
    assert moment.instant is not None
    assert moment.instant.isoformat() == instant
    assert note in moment.note
    assert bool(note) == bool(moment.note)
    assert parse_instant(text, PARIS, why="")[0] == moment.instant


def test_a_plain_date_has_no_instant() -> None:
    assert parse("2024-02-29", PARIS) == Moment(date(2024, 2, 29), None)


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "2023-02-29", "2024-05-07T25:00", "9999-12-31", "0001-01-01T00:00", "2024-13-01T10:00",
             "9999-12-31T23:59:59-10:00", "1969-12-31"],
)  # fmt: skip
def test_what_is_no_instant_is_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(InfogereError) as refusal:
        parse(text, PARIS)
    assert refusal.value.way_out


def test_a_plain_date_where_the_hour_matters() -> None:
    with pytest.raises(
        InfogereError, match=r"no time of day, and it counts hours -> write for example 2024-05-07T14:30"
    ):
        parse_instant("2024-05-07", PARIS, why="it counts hours")


@given(st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)), st.sampled_from(ZONES))  # noqa: DTZ001
def test_instants_round_trip_through_the_zone_and_utc(instant: datetime, zone: ZoneInfo) -> None:
    assert instant.astimezone(zone).astimezone(UTC) == instant
    assert parse(instant.astimezone(zone).isoformat(), zone).instant == instant


@given(st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1)), st.sampled_from(ZONES))  # noqa: DTZ001
@example(datetime(2020, 3, 29, 2, 0, 0, 1), PARIS)  # noqa: DTZ001
@example(datetime(2020, 3, 29, 2, 59, 59, 999_999), PARIS)  # noqa: DTZ001
def test_a_resolved_wall_time_reads_the_same_unless_the_clock_skipped_it(wall: datetime, zone: ZoneInfo) -> None:
    resolved = resolve(wall, zone)
    shown = resolved.instant.astimezone(zone).replace(tzinfo=None)
    assert resolved.instant.tzinfo is UTC
    if resolved.kind == "skipped":
        assert shown > wall
        just_before = (resolved.instant - timedelta(microseconds=1)).astimezone(zone).replace(tzinfo=None)
        assert just_before < wall
    else:
        assert shown == wall


def test_moments_of_dates_and_instants() -> None:
    assert Moment.of(date(2024, 5, 7), PARIS) == Moment(date(2024, 5, 7), None)
    late = datetime(2024, 5, 7, 22, 30, tzinfo=UTC)
    assert Moment.of(late, PARIS) == Moment(date(2024, 5, 8), late)
    with pytest.raises(ValueError, match="aware"):
        Moment.of(datetime(2024, 5, 7, 22, 30), PARIS)  # noqa: DTZ001

"""Deadlines of announcements, in plain figures (A-5.5-1, Q28)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infogere import calendar as room
from infogere import terms
from infogere.notices.works.timing import earliest_start, in_time, timing

PARIS = ZoneInfo("Europe/Paris")


def calendar(**changes):
    contract = terms.load(None)
    return room.load(None, terms=contract, readings=terms.readings("customer", changes=changes))


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("start", "reading", "last_date", "send_by"),
    [
        ("2026-12-03T22:00", "dates", "2026-11-25", "2026-11-25T22:00:00"),
        # The clock went back on 25 October: 192 hours before are 23:00 on the wall.
        ("2026-10-26T22:00", "dates", "2026-10-18", "2026-10-18T23:00:00"),
        # ... and here they would be after midnight: the date is the earlier limit.
        ("2026-10-26T23:30", "dates", "2026-10-18", "2026-10-18T23:59:59"),
        # The clock goes forward on 29 March: 192 hours before are the day before.
        ("2027-03-29T00:30", "dates", "2027-03-21", "2027-03-20T23:30:00"),
        ("2026-12-03T22:00", "clear-days", "2026-11-24", "2026-11-24T23:59:59"),
        ("2026-12-03T22:00", "whole-hours", "2026-11-25", "2026-11-25T22:00:00"),
    ],
)
def test_the_deadline(start, reading, last_date, send_by):
    found = timing(paris(start), 7200, calendar(works_notice=reading))
    assert found.last_date.isoformat() == last_date
    assert found.send_by == paris(send_by)
    assert found.end - found.start == timedelta(hours=2)


@pytest.mark.parametrize(
    ("accepted", "reading", "valid"),
    [
        ("2026-11-25T23:59:59", "dates", True),
        ("2026-11-26T00:00:00", "dates", False),
        ("2026-11-25T00:00:00", "clear-days", False),
        ("2026-11-24T23:59:59", "clear-days", True),
        ("2026-11-25T22:00:00", "whole-hours", True),
        ("2026-11-25T22:00:01", "whole-hours", False),
    ],
)
def test_what_was_in_time(accepted, reading, valid):
    assert in_time(paris(accepted), paris("2026-12-03T22:00"), calendar(works_notice=reading)) is valid


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 670 * 86400).map(lambda seconds: paris("2026-01-01T00:00") + timedelta(seconds=seconds)),
    st.sampled_from(["dates", "clear-days", "whole-hours"]),
)
def test_the_proposed_start_can_be_announced_in_time(now, reading):
    days = calendar(works_notice=reading)
    start = earliest_start(now, days)
    assert timing(start, 60, days).send_by >= now
    assert in_time(now, start, days)
    assert start.timestamp() % 900 == 0
    assert start - now < timedelta(days=10)

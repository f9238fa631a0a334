"""Calendars under both profiles, and instants written as one reads them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from infogere import calendar as room
from infogere import terms
from infogere.calendar import Calendar
from infogere.calendar.walltime import parse

At = Callable[[str], datetime]


@pytest.fixture(scope="session")
def office() -> Calendar:
    return room.load()


@pytest.fixture(scope="session")
def provider_office() -> Calendar:
    return room.load(readings=terms.readings("provider"))


@pytest.fixture(scope="session")
def at(office: Calendar) -> At:
    """``at("2024-05-07T12:00")``: that wall time in Paris, as an instant in UTC."""

    def instant(text: str) -> datetime:
        moment = parse(text, office.zone)
        assert moment.instant is not None
        return moment.instant

    return instant

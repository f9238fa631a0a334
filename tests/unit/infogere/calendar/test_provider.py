"""Calendar files: published versions are frozen, a stamp finds its own version, a broken file is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import holidays
import pytest

from infogere import calendar as room
from infogere.calendar import provider
from infogere.calendar.generate import provider_file
from infogere.errors import InfogereError

# Digests of published files. A change of holidays or hours is a new file with a new version and a new line here;
# an old line never changes, or old computations could no longer be repeated.
PUBLISHED = {
    "fr-2026.1": "5b74c3095a8b",
    "fr-alsace-moselle-2026.1": "c01776570ad6",
}


def test_published_calendars_are_never_edited() -> None:
    shipped = {path.stem: provider.load(path)[1] for path in provider.SHIPPED.glob("*.yml")}
    assert shipped == PUBLISHED


@pytest.mark.parametrize(("version", "subdivision"), [("fr-2026.1", None), ("fr-alsace-moselle-2026.1", "57")])
def test_shipped_holidays_are_those_of_the_library(version: str, subdivision: str | None) -> None:
    data, _ = provider.load(provider.path_of(version))
    years = range(data.first_year, data.last_year + 1)
    assert set(data.holiday_names) == set(holidays.country_holidays("FR", subdiv=subdivision, years=years))
    assert data.holiday_names[date(2026, 12, 25)] == "Christmas Day"


def test_two_holidays_on_one_date_share_it(tmp_path: Path) -> None:
    path = tmp_path / "ours.yml"
    path.write_text(provider_file("ours-1", first_year=2008, last_year=2008))
    assert set(room.load(path).holiday(date(2008, 5, 1)).split(", ")) == {"Labor Day", "Ascension Day"}


def test_an_old_version_repeated_later_gives_the_old_answer(tmp_path: Path) -> None:
    old = tmp_path / "ours-1.yml"
    old.write_text(provider_file("ours-1", first_year=2024, last_year=2026))
    stamp = room.load(old).stamp
    assert stamp.startswith("ours-1+")
    answer = room.load(old).add_working_days(date(2024, 5, 7), 10)

    new = tmp_path / "ours-2.yml"
    text = old.read_text().replace("version: ours-1", "version: ours-2")
    new.write_text(text.replace("closed_days: {}", "closed_days: {2024-05-10: Bridge day}"))
    assert room.load(new).add_working_days(date(2024, 5, 7), 10) > answer
    assert room.load(old).add_working_days(date(2024, 5, 7), 10) == answer


def test_a_stamp_finds_its_version_and_refuses_another_content() -> None:
    stamp = room.load().stamp
    assert room.load(stamp).stamp == stamp
    with pytest.raises(InfogereError, match="never edited"):
        room.load("fr-2026.1+000000000000")


def test_an_unknown_calendar_names_the_shipped_ones() -> None:
    with pytest.raises(InfogereError, match=r"no calendar de-2026 -> .*fr-2026\.1"):
        room.load("de-2026")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("timezone: Europe/Paris", "timezone: Europe/Pariss", "timezone: is no time zone"),
        (
            '  monday: ["09:00-18:00"]',
            '  monday: ["18:00-09:00"]',
            "working_hours.monday.0: hours end after they start",
        ),
        ('  monday: ["09:00-18:00"]', "  monday: [9-18]", "working_hours.monday.0: write hours between quotes"),
        ('  monday: ["09:00-18:00"]', '  moonday: ["09:00-18:00"]', "working_hours.moonday"),
        ("closed_days: {}", "closed_days: {2024-02-30: Bridge day}", "2024-02-30: day is out of range"),
        ("last_year: 2025", "last_year: 2026", "no holiday is listed for 2026"),
    ],
)
def test_a_broken_calendar_is_refused_with_line_and_key(tmp_path: Path, old: str, new: str, problem: str) -> None:
    path = tmp_path / "ours.yml"
    text = provider_file("ours-1", first_year=2024, last_year=2025)
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(InfogereError) as refusal:
        room.load(path)
    assert problem in str(refusal.value)
    if not problem.startswith("no holiday"):
        line = path.read_text().splitlines().index(new) + 1
        assert f"{path}:{line}:" in str(refusal.value)


def test_hours_up_to_midnight_and_two_spans_a_day(tmp_path: Path) -> None:
    path = tmp_path / "ours.yml"
    text = provider_file("ours-1", first_year=2024, last_year=2024)
    path.write_text(text.replace('monday: ["09:00-18:00"]', 'monday: ["09:00-12:00", "14:00-24:00"]'))
    spans = room.load(path).day(date(2024, 6, 3)).working
    assert [span.seconds // 3600 for span in spans] == [3, 10]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"first_year": 2026, "last_year": 2025}, "put the earlier year first"),
        ({"first_year": 2026, "last_year": 2026, "country": "ZZ"}, "no public holidays"),
        ({"first_year": 2026, "last_year": 2026, "subdivision": "99"}, "no public holidays"),
    ],
)
def test_what_cannot_be_generated(options: dict[str, object], problem: str) -> None:
    with pytest.raises(InfogereError, match=problem):
        provider_file("ours-1", **options)  # type: ignore[arg-type]

"""Scenario files: instants as people and YAML write them, faults with their line, gaps with their clause."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from textwrap import dedent

import pytest

from doubles.histories import at
from infogere import calendar
from infogere.errors import InfogereError
from infogere.sla import scenario
from infogere.sla.scenario import Scenario

CONTRACT = """\
contract:
  commissioned: 2024-01-01
  timezone: Europe/Paris
  monthly_fee: 119.99
  gtr_hours: 4
  gtr_coverage: 24x7
month: 2024-06
"""


def load(tmp_path: Path, text: str) -> Scenario:
    path = tmp_path / "s.yml"
    path.write_text(dedent(text), encoding="utf-8")
    return scenario.load(path, calendar.load())


def with_incident(tmp_path: Path, *lines: str) -> Scenario:
    return load(
        tmp_path,
        CONTRACT + "incidents:\n" + "".join(f"{'  - ' if not n else '    '}{line}\n" for n, line in enumerate(lines)),
    )


def test_a_whole_scenario(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        CONTRACT
        + """\
incidents:
  - {id: I1, start: 2024-06-12 09:50:00, ticket: 2024-06-12 10:00:00, restored: 2024-06-12 15:01:00, cause: provider}
works:
  - {start: 2024-06-20 22:00:00, end: 2024-06-20 23:00:00, actual_end: 2024-06-20 23:30:00, notice_sent: 2024-06-12}
""",
    )
    contract, (incident,), (works,) = found.history.contract, found.history.incidents, found.history.works
    assert (contract.commissioned, contract.monthly_fee) == (at("2024-01-01 00:00"), Decimal("119.99"))
    assert (incident.start, incident.ticket, incident.cause, incident.effect) == (
        at("2024-06-12 09:50"),
        at("2024-06-12 10:00"),
        "provider",
        "interruption",
    )
    assert (works.notice_sent, works.actual_end) == (at("2024-06-12 23:59:59"), at("2024-06-20 23:30"))
    assert (found.month, found.history.until, found.notes) == ("2024-06", at("2024-07-01 00:00"), ())


@pytest.mark.parametrize(
    "written",
    [
        "2024-06-12 10:00:00",
        "'2024-06-12 10:00:00'",
        "2024-06-12T10:00:00",
        "2024-06-12T10:00",
        "'2024-06-12T10:00'",
        "2024-06-12T08:00:00Z",
        "'2024-06-12T08:00Z'",
        "2024-06-12 08:00:00 Z",
        "2024-06-12T10:00:00+02:00",
        "2024-06-12T10:00+02:00",
        "2024-06-12 04:00:00 -04:00",
        "2024-06-12T10:00:00.000",
    ],
)
def test_one_instant_in_many_spellings(tmp_path: Path, written: str) -> None:
    (incident,) = with_incident(tmp_path, f"start: {written}").history.incidents
    assert incident.start == at("2024-06-12 10:00")
    assert incident.id == "I1"


def test_wall_times_are_those_of_the_contract_zone(tmp_path: Path) -> None:
    text = CONTRACT.replace("Europe/Paris", "America/New_York") + "incidents: [{start: 2024-06-12 04:00:00}]\n"
    (incident,) = load(tmp_path, text).history.incidents
    assert incident.start == at("2024-06-12 10:00")


def test_a_wall_time_that_exists_twice_is_said(tmp_path: Path) -> None:
    found = with_incident(tmp_path, "start: 2024-10-27 02:30:00")
    assert "happens twice" in found.notes[0]


def test_a_wall_time_that_does_not_exist_is_the_first_after_the_gap(tmp_path: Path) -> None:
    found = with_incident(tmp_path, "start: 2024-03-31 02:30:00")
    assert "does not exist" in found.notes[0]
    assert found.history.incidents[0].start == at("2024-03-31 03:00")


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (["start: 10:00:00"], r"s.yml:9: incidents.0.start: write an instant"),
        (["start: 2024-06-12"], r"s.yml:9: incidents.0.start: has no time of day; write for example 2024-06-12T14:30"),
        (["start: soon"], r"s.yml:9: incidents.0.start: 'soon' is not an instant"),
        (["start: 2024-06-12 10:00:00.5"], r"s.yml:9: incidents.0.start: .*fraction of a second"),
        (["start: true"], r"s.yml:9: incidents.0.start: write an instant"),
        (["id: x", "starts: 2024-06-12 10:00:00"], r"s.yml:10: incidents.0.starts: unknown key"),
        (["cause: hardware"], r"s.yml:9: incidents.0.cause: "),
        (["cause: planned"], r"s.yml:9: incidents.0.cause: "),
        (["id: x", "ticket: 2024-06-12 10:00:00"], r"s.yml:9: incidents.0.start: key is missing"),
        (["effect: slow"], r"s.yml:9: incidents.0.effect: "),
        (["start: 2024-06-12 10:00:00", "restored: 2024-06-12 09:00:00"], r"s.yml:10: incidents.0.restored: is before"),
    ],
)
def test_faults_name_file_line_and_key(tmp_path: Path, lines: list[str], fault: str) -> None:
    with pytest.raises(InfogereError, match=fault):
        with_incident(tmp_path, *lines)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("  commissioned: 2024-01-01\n", "", r"contract.commissioned \[A-5.1-4\] is missing"),
        ("  monthly_fee: 119.99\n", "", r"contract.monthly_fee \[A-5.1-8\] is missing"),
        ("  gtr_hours: 4\n", "", r"contract.gtr_hours \[A-5.2-3\] is missing"),
        ("gtr_hours: 4", "gtr_hours: null", r"contract.gtr_hours \[A-5.2-3\] is missing"),
        ("gtr_hours: 4", "gtr_hours: 0", r"s.yml:5: contract.gtr_hours: input should be greater than 0"),
        ("119.99", "-1", r"s.yml:4: contract.monthly_fee: is no amount; write 0 or more \(found -1\)"),
        ("119.99", "'119,99'", r"s.yml:4: contract.monthly_fee: write a number, with a point .* \(found '119,99'\)"),
        ("gtr_hours: 4", "gtr_hours: 1.5", r"s.yml:5: contract.gtr_hours: write a whole number \(found 1.5\)"),
        (
            "gtr_hours: 4",
            "gtr_hours: yes",
            r"s.yml:5: contract.gtr_hours: write a whole number of hours \(found true\)",
        ),
        ("119.99", ".nan", r"s.yml:4: contract.monthly_fee: "),
        ("24x7", "always", r"s.yml:6: contract.gtr_coverage: GTR coverage 'always' cannot be read \[A-5.1-5\]"),
        ("Europe/Paris", "Paris", r"s.yml:3: contract.timezone: is no time zone"),
        ("month: 2024-06", "month: 2024-6", r"s.yml:7: month: '2024-6' is no month"),
        ("month: 2024-06", "month: 2024-06-01", r"s.yml:7: month: .*year and month, e.g. 2024-06 \(found 2024-06-01\)"),
        ("month: 2024-06", "month: 202406", r"s.yml:7: month: .*year and month, e.g. 2024-06 \(found 202406\)"),
        ("month: 2024-06\n", "", r"month: key is missing"),
        ("month: 2024-06", "month: 2024-06\nprofile: customer", r"s.yml:8: profile: unknown key"),
    ],
)
def test_gaps_and_faults_of_the_contract(tmp_path: Path, old: str, new: str, fault: str) -> None:
    with pytest.raises(InfogereError, match=fault):
        load(tmp_path, CONTRACT.replace(old, new))


def test_several_gaps_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(InfogereError) as caught:
        load(tmp_path, "contract: {commissioned: 2024-01-01}\nmonth: 2024-06\n")
    assert "contract.monthly_fee [A-5.1-8] and contract.gtr_hours [A-5.2-3] are missing" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("works", "fault"),
    [
        ("{start: 2024-06-20 22:00:00}", "works.0.end: key is missing"),
        ("{start: 2024-06-20 22:00:00, end: null}", "works.0: start and end are both needed"),
        ("{start: 2024-06-20 22:00:00, end: 2024-06-20 21:00:00}", "works.0.end: is before start"),
        (
            "{start: 2024-06-20 22:00:00, end: 2024-06-20 23:00:00, actual_end: 2024-06-19 23:00:00}",
            "works.0.actual_end: is before start",
        ),
        ("{start: 2024-06-20 22:00:00, end: 2024-06-20 23:00:00, id: W1}", "works.0.id: unknown key"),
    ],
)
def test_faults_of_works(tmp_path: Path, works: str, fault: str) -> None:
    with pytest.raises(InfogereError, match=fault):
        load(tmp_path, CONTRACT + f"works:\n  - {works}\n")


def test_an_id_is_there_once(tmp_path: Path) -> None:
    with pytest.raises(InfogereError, match=r"incidents.1.id: 'a' is there twice"):
        load(tmp_path, CONTRACT + "incidents: [{id: a, start: null}, {id: a, start: null}]\n")


def test_numbers_are_ids_too(tmp_path: Path) -> None:
    assert with_incident(tmp_path, "id: 42", "start: null").history.incidents[0].id == "42"


def test_without_a_zone_the_calendar_s_own_is_taken(tmp_path: Path) -> None:
    found = load(tmp_path, CONTRACT.replace("  timezone: Europe/Paris\n", ""))
    assert found.history.contract.zone.key == "Europe/Paris"


def test_closed_days_come_with_weekly_hours_alone(tmp_path: Path) -> None:
    assert load(tmp_path, CONTRACT).history.contract.closed_days == frozenset()
    weekly = load(tmp_path, CONTRACT.replace("24x7", "Mon-Fri 09:00-18:00"))
    assert "2024-05-08" in {day.isoformat() for day in weekly.history.contract.closed_days}


def test_a_year_that_the_calendar_does_not_list_is_refused(tmp_path: Path) -> None:
    weekly = CONTRACT.replace("24x7", "Mon-Fri 09:00-18:00").replace("month: 2024-06", "month: 2061-06")
    with pytest.raises(InfogereError, match=r"month: calendar fr-2026.1 covers 2015 to 2050.*A-2-5"):
        load(tmp_path, weekly)


def test_a_key_with_nothing_behind_it(tmp_path: Path) -> None:
    found = load(tmp_path, CONTRACT + "incidents:\nworks:\n").history
    assert (found.incidents, found.works) == ((), ())


def test_the_shipped_scenarios_can_be_read() -> None:
    folder = Path(__file__).parents[4] / "docs/scenarios"
    files = sorted(folder.glob("*.yml"))
    assert len(files) >= 3
    for path in files:
        assert scenario.load(path, calendar.load()).history.incidents


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"month: \xe9\n", r"s.yml: .*UTF-8"),
        (b"", r"s.yml:1: the file: write keys with their values \(found nothing\)"),
        (b"- contract\n", r"s.yml:1: the file: write keys with their values \(found \['contract'\]\)"),
        (CONTRACT.encode() + b"incidents: {id: a}\n", r"s.yml:8: incidents: write a list"),
        (
            CONTRACT.encode() + b"incidents: [router]\n",
            r"s.yml:8: incidents.0: write keys with their values \(found 'router'\)",
        ),
    ],
)
def test_what_is_no_scenario_at_all_is_one_plain_line(tmp_path: Path, content: bytes, fault: str) -> None:
    path = tmp_path / "s.yml"
    path.write_bytes(content)
    with pytest.raises(InfogereError, match=fault) as caught:
        scenario.load(path, calendar.load())
    assert "\n" not in str(caught.value)

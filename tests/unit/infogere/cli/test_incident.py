"""``infogere incident`` and ``problem`` as an administrator at three in the morning meets them."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from doubles.contract_book import moment
from infogere.cli.desk_options import instant, lasting

PARIS = ZoneInfo("Europe/Paris")


def test_from_the_alarm_to_the_cause(controller):
    opened = controller(
        "incident", "open", "-s", "web1", "-m", "502 on every page", "--started", "2024-06-03T03:12", "--probe", "https"
    )
    assert opened.code == 0, opened.err
    lines = opened.out.splitlines()
    assert lines[0] == f"INC-{datetime.now(PARIS):%Y}-0001  open  502 on every page"
    number = lines[0].split()[0]
    assert "contract clock    has not started: no ticket of the customer  [A-5.3-1]" in opened.out
    assert "runs since Mon 2024-06-03 03:12:00 CEST  (probe https)  [A-5.4-1]" in opened.out
    assert lines[-1].endswith("incident-opened [A-2-2, A-2-6, A-5.3-1]")

    assert controller("incident", "ticket", number, "--ticket", "1234", "--at", "2024-06-03T03:40").code == 0
    restored = controller("incident", "restore", number, "--at", "2024-06-03T04:05")
    assert "25 min 00 s, ran from Mon 2024-06-03 03:40:00 CEST to Mon 2024-06-03 04:05:00 CEST" in restored.out
    assert "no incident is open" in controller("incident", "list", "--open").out

    judged = controller("incident", "attribute", number, "--cause", "third-party", "--party", "Me", "--evidence", "log")
    assert (judged.code, "[A-2-9] -> --party with one of: Web Agency" in judged.err) == (1, True)
    controller("incident", "attribute", number, "--cause", "client", "--evidence", "wp.log", "--author", "Bob")
    contested = controller("incident", "contest", number, "--by", "Zoe", "--reason", "not us", "--json")
    assert (contested.json["contested"], contested.json["cause"]) == (True, "client")
    problem = controller("problem", "open", "-m", "old plugin", "--incident", number)
    assert problem.out.splitlines()[0].startswith("PRB-")
    shown = controller("incident", "show", number)
    assert "client: contested by the customer, its time counts until that is settled" in shown.out
    assert "contract clock: 0.00 EUR (customer), 0.00 EUR (provider)" in shown.out
    assert "Bob: attributed: cause client, evidence wp.log" in shown.out


def test_several_incidents_at_once_for_a_program(controller):
    for server in ("web1", "depot"):
        controller("incident", "open", "-s", server, "-m", "[red]down[/]", "--started", "2024-06-03T03:12")
    listed = controller("incident", "list", "--open", "--json").json
    assert [(one["server"], one["monitoring_clock"]["running"]) for one in listed] == [("depot", True), ("web1", True)]
    assert listed[0]["contract_clock"] is None
    assert "[red]down[/]" in controller("incident", "list", "--server", "web1").out, "what people type is not obeyed"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["open", "-s", "web9", "-m", "x"], "no server web9 in"),
        (["open", "-s", "web1", "-m", " "], "--summary is empty"),
        (["open", "-s", "web1", "-m", "x", "--effect", "slow"], "no effect 'slow' [A-2-2]"),
        (
            ["open", "-s", "web1", "-m", "x", "--ticket-at", "2024-06-03T03:12"],
            "go with --ticket [A-5.3-1]",
        ),
        (["open", "-s", "web1", "-m", "x", "--started", "2024-06-03"], "has no time of day"),
        (["attribute", "INC-1", "--cause", "gremlins", "--evidence", "x"], "no cause 'gremlins'"),
        (["link", "INC-1"], "link to one thing"),
        (["show", "INC-1"], "INC-1"),
    ],
)
def test_mistakes_get_one_line(controller, arguments, words):
    said = controller("incident", *arguments)
    assert said.code == 1
    assert words in said.err
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("typed", "now", "meant"),
    [
        ("03:12", "2024-06-03 02:00", "2024-06-03 01:12"),
        ("23:50", "2024-06-02 22:10", "2024-06-02 21:50"),  # ten past midnight in Paris: yesterday's
        ("2024-06-03T03:12", "2024-06-03 02:00", "2024-06-03 01:12"),
        ("2024-06-03T03:12+00:00", "2024-06-03 09:00", "2024-06-03 03:12"),
        (None, "2024-06-03 09:00", "2024-06-03 09:00"),
    ],
)
def test_instants_as_people_type_them(typed, now, meant):
    assert instant(typed, PARIS, moment(now), why="x") == moment(meant)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5, "5 s"), (65, "1 min 05 s"), (3700, "1 h 01 min 40 s"), (timedelta(days=2).total_seconds(), "2 d 0 h 00 min")],
)
def test_durations_as_people_read_them(seconds, words):
    assert lasting(int(seconds)) == words

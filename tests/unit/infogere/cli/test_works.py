"""``infogere works`` and ``infogere notices`` as a user calls them, with a mail server on the loopback."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from doubles.mail_server import MailServer
from infogere.cli.notices import app as notices
from infogere.cli.works import app as works
from infogere.errors import InfogereError

EXAMPLE = str(Path(__file__).parents[4] / "inventories" / "example")
WEB1 = "web1.librairie-occitane.example"
runner = CliRunner()


@pytest.fixture(autouse=True)
def mail_server(tmp_path, monkeypatch):
    server = MailServer()
    server.start()
    monkeypatch.setenv("INFOGERE_STATE_DIR", str(tmp_path))
    monkeypatch.delenv("INFOGERE_RECORD_URL", raising=False)
    monkeypatch.setenv("INFOGERE_SMTP_URL", f"smtp://127.0.0.1:{server.port}")
    monkeypatch.setenv("INFOGERE_MAIL_FROM", "Example Hosting <ops@provider.example>")
    yield server
    server.stop()


def in_days(days: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%dT%H:%M}Z"


def run(app, *arguments):
    result = runner.invoke(app, [str(argument) for argument in arguments])
    if isinstance(result.exception, InfogereError):
        raise result.exception
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout


def announce(*more, days=20):
    plan = ("--start", in_days(days), "--duration", "2h", "--subject", "New disk")
    return run(works, "announce", "--server", WEB1, "-i", EXAMPLE, *plan, *more)


def test_from_the_announcement_to_the_end(mail_server):
    code, text = announce("--json")
    (announced,) = json.loads(text)
    assert (code, announced["state"], announced["excluded"]) == (0, "proved", True)
    assert len(mail_server.got) == 1

    code, text = run(works, "move", announced["works"], "--start", in_days(30), "-i", EXAMPLE)
    assert (code, len(mail_server.got)) == (0, 2)
    assert "outside the guarantees [A-5.5-3]" in text
    (moved,) = json.loads(run(works, "show", announced["works"], "--json")[1])
    assert (moved["revision"], moved["duration_s"]) == (2, 7200), "a move is of the date alone"
    assert "proved" in run(works, "list")[1]

    code, text = run(works, "cancel", announced["works"], "--reason", "It holds", "-i", EXAMPLE)
    assert (code, "cancelled: It holds" in text) == (0, True)
    (shown,) = json.loads(run(works, "show", announced["works"], "--json")[1])
    assert (shown["state"], shown["revision"], shown["excluded"]) == ("cancelled", 2, False)
    assert len(json.loads(run(notices, "list", "--json")[1])) == 3


def test_what_makes_a_notice_void_is_refused():
    whole = {"--server": WEB1, "--start": in_days(20), "--duration": "2h", "--subject": "New disk"}
    for option, said in [
        ("--server", "lacks its customers"),
        ("--start", "lacks its start"),
        ("--duration", "lacks its expected duration"),
        ("--subject", "--subject is empty"),
    ]:
        given = [text for pair in whole.items() if pair[0] != option for text in pair]
        with pytest.raises(InfogereError, match=said):
            run(works, "announce", "-i", EXAMPLE, *given)
    assert json.loads(run(notices, "list", "--json")[1]) == []


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [("2h", 7200), ("1h30", 5400), ("90m", 5400), ("90min", 5400), ("1h5m30s", 3930), ("7200s", 7200), ("5400s", 5400)],
)
def test_durations(duration, seconds):
    announced = announce("--duration", duration, "--json")[1]
    assert json.loads(announced)[0]["duration_s"] == seconds


@pytest.mark.parametrize("duration", ["2", "two hours", "0m", "-1h", "", "90 90s", "1m30"])
def test_what_is_no_duration(duration):
    with pytest.raises(InfogereError) as refused:
        run(works, "announce", "--server", WEB1, "-i", EXAMPLE, "--start", in_days(20), f"--duration={duration}")
    assert refused.value.clause == "A-5.5-2"


def test_a_preview_writes_and_sends_nothing(mail_server, tmp_path):
    code, text = announce("--preview")
    assert code == 0
    assert "New disk" in text
    assert "nothing was written or sent" in text
    assert (mail_server.got, (tmp_path / "record.db").exists()) == ([], False)


def test_too_late_names_the_earliest_start_and_may_count(mail_server):
    with pytest.raises(InfogereError, match="too late") as refused:
        announce(days=3)
    assert re.search(r"start 2\d{3}-\d\d-\d\dT\d\d:\d\d or later", refused.value.way_out)
    code, text = announce("--emergency", "The disk dies", days=3)
    assert (code, "the interruption counts [A-5.5-1]" in text) == (0, True)


def test_without_an_accepted_notice_the_exit_code_says_so(mail_server):
    mail_server.answer = "451 later"
    code, text = announce()
    assert (code, "no proof yet" in text) == (1, True)
    (waiting,) = json.loads(run(notices, "list", "--unsent", "--json")[1])
    assert waiting["letters"][0]["state"] == "waiting"
    assert run(notices, "flush") == (0, "nothing is due\n")
    mail_server.answer = "250 kept"
    assert run(notices, "flush", "--now")[0] == 0
    assert json.loads(run(notices, "list", "--unsent", "--json")[1]) == []
    assert "proved" in run(works, "list")[1]


def test_a_refused_notice_can_be_sent_again(mail_server):
    mail_server.answer = "550 no such user"
    assert announce()[0] == 1
    (refused,) = json.loads(run(notices, "list", "--json")[1])
    assert "550 no such user" in run(notices, "list")[1]
    assert run(notices, "resend", refused["notice"])[0] == 1
    mail_server.answer = "250 kept"
    assert run(notices, "resend", refused["notice"])[0] == 0
    text = run(notices, "show", refused["notice"])[1]
    assert "From: Example Hosting <ops@provider.example>" in text
    assert "250 kept" in text


def test_without_a_mail_server_nothing_is_announced(monkeypatch, tmp_path):
    monkeypatch.delenv("INFOGERE_SMTP_URL")
    with pytest.raises(InfogereError, match="no mail server"):
        announce()
    assert not (tmp_path / "record.db").exists()

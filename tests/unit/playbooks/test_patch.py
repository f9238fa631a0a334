"""Who is never updated: decided before any server is reached."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

from doubles.mail_server import MailServer
from infogere import terms
from infogere.notices.outbox import Outbox
from infogere.patching import frozen
from infogere.patching.facts import pending_of
from infogere.patching.judging import Judge
from infogere.patching.plan import plan_of
from infogere.record.reading import Reader

pytestmark = pytest.mark.programs

ROOT = Path(__file__).parents[3]
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
UNANSWERED = "example.net does not answer: "
SLOT = {"start": "00:00", "end": "00:00", "first_day": date(2026, 1, 1), "outside_hours": True}
OPEN = {**SLOT, "rule": "FREQ=DAILY"}
CLOSED = {**SLOT, "rule": "FREQ=DAILY;COUNT=1"}


class Fleet:
    """Servers that do not answer, one playbook, and the plans in a state folder."""

    def __init__(self, folder):
        self.folder = folder
        self.hosts = {}
        self.mail_port = 1
        self.mail_from = "Example Hosting <ops@provider.example>"

    def server(self, name, level="custom", slot=OPEN, contract=""):
        form = {
            "id": contract or f"OF-{name}",
            "customer": "someone",
            "level": level,
            "commissioning_date": date(2026, 1, 5),
        }
        form["contacts"] = [{"name": "Ada", "phone": "+33 1 00 00 00 00", "mail": "ada@example.com"}]
        self.hosts[name] = {
            "ansible_host": "127.0.0.1",
            "ansible_port": 1,
            "order_form": {**form, "maintenance_slot": slot},
        }

    def plan(self, name, *, security=False):
        change = {"package": "vim", "installed": "9.0.1-1", "candidate": "9.0.2-1", "security": security}
        said = pending_of(name, {"changes": [change]})
        judge = Judge(terms.load(), terms.readings())
        frozen.freeze(self.folder, plan_of(name, f"OF-{name}", said, judge, now=datetime(2026, 11, 23, tzinfo=UTC)))

    def play(self, playbook, *options):
        groups = {f"level_{host['order_form']['level']}": {"hosts": {}} for host in self.hosts.values()}
        for name, host in self.hosts.items():
            groups[f"level_{host['order_form']['level']}"]["hosts"][name] = host
        inventory = {"all": {"children": groups}}
        (self.folder / "hosts.yml").write_text(yaml.safe_dump(inventory))
        done = subprocess.run(
            [PLAYBOOK, "-i", "hosts.yml", *options, f"infogere.hosting.{playbook}"],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env={
                **os.environ,
                "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
                "ANSIBLE_NOCOLOR": "1",
                "ANSIBLE_LOCALHOST_WARNING": "0",
                "INFOGERE_STATE_DIR": str(self.folder),
                "INFOGERE_SMTP_URL": f"smtp://127.0.0.1:{self.mail_port}",
                "INFOGERE_MAIL_FROM": self.mail_from,
            },
        )
        return done.returncode, " ".join((done.stdout + done.stderr).split())


@pytest.fixture
def fleet(tmp_path):
    return Fleet(tmp_path)


@pytest.mark.parametrize("playbook", ["patch", "patch_plan"])
def test_levels_without_updates_are_not_even_looked_at(fleet, playbook):
    fleet.server("web1.example.net", "basic")
    fleet.server("web2.example.net", "supervision")
    code, said = fleet.play(playbook)
    assert code == 0
    assert "[A-L1-1]" in said
    assert "[A-L2-3]" in said
    assert UNANSWERED not in said


def test_a_closed_window_starts_nothing(fleet):
    fleet.server("web1.example.net", slot=CLOSED)
    fleet.plan("web1.example.net")
    code, said = fleet.play("patch")
    assert code == 0
    assert "patch-minor is refused [A-L4-11]" in said
    assert "Take the frozen plan" not in said


def test_what_was_not_planned_is_not_applied(fleet):
    fleet.server("web1.example.net")
    code, said = fleet.play("patch")
    assert code != 0
    assert "web1.example.net has no plan -> infogere patch plan -l web1.example.net" in said
    assert UNANSWERED not in said


def test_an_emergency_is_for_security_fixes(fleet):
    fleet.server("web1.example.net", slot=CLOSED)
    fleet.plan("web1.example.net")
    code, said = fleet.play("patch", "-e", '{"gate_emergency": "CVE-2026-1 is exploited"}')
    assert code != 0
    assert "no security fixes: vim [A-L3-14] -> infogere patch plan --security" in said
    assert UNANSWERED not in said


URGENT = ("-e", '{"gate_emergency": "CVE-2026-1 is exploited", "patch_waves": ["100%"]}')


def recorded(fleet, kind):
    with Reader(f"sqlite:///{fleet.folder / 'record.db'}") as reader:
        return [entry.typed() for entry in reader.entries(kind=kind)]


def test_the_customer_is_informed_of_an_emergency_before_it_and_once(fleet):
    for name in ("web1.example.net", "web2.example.net"):
        fleet.server(name, slot=CLOSED, contract="OF-1")
        fleet.plan(name, security=True)
    mail = MailServer()
    mail.start()
    fleet.mail_port = mail.port
    try:
        code, said = fleet.play("patch", *URGENT, "--check")
        assert "ada@example.com would be informed of the emergency first" in said
        assert mail.got == []

        # The servers do not answer: whatever was sent was sent before anything was changed.
        code, said = fleet.play("patch", *URGENT)
        assert (code != 0, UNANSWERED in said) == (True, True)
        fleet.play("patch", *URGENT)
        (message,) = mail.got
    finally:
        mail.stop()
    assert message["Subject"] == "Intervention urgente : CVE-2026-1 is exploited"
    text = message.get_body(("plain",)).get_content()
    for words in ("web1.example.net, web2.example.net", "- vim 9.0.1-1 -> 9.0.2-1", "dès que possible (article 4.1.1)"):
        assert words in text
    (notice,) = recorded(fleet, "notice")
    decisions = {entry.server for entry in recorded(fleet, "decision") if entry.emergency}
    assert decisions == {"web1.example.net", "web2.example.net"}
    informed = recorded(fleet, "customer-informed")
    assert {entry.notice for entry in informed} == {notice.notice}
    assert len(informed) == 3, "each further server and run says which notice tells of it"


def test_a_mail_server_that_does_not_answer_holds_no_security_fix_up(fleet):
    fleet.server("web1.example.net", slot=CLOSED)
    fleet.plan("web1.example.net", security=True)
    code, said = fleet.play("patch", *URGENT)
    assert "the run goes on -> infogere notices flush" in said
    assert (code != 0, UNANSWERED in said) == (True, True)
    outbox = Outbox(f"sqlite:///{fleet.folder / 'record.db'}", fleet.folder)
    assert [letter.state for letter in outbox.waiting()] == ["waiting"]


def test_without_a_sender_it_is_said_that_nobody_was_told(fleet):
    fleet.server("web1.example.net", slot=CLOSED)
    fleet.plan("web1.example.net", security=True)
    fleet.mail_from = ""
    _, said = fleet.play("patch", *URGENT)
    assert "nobody is informed of the emergency: no sender for notices -> set mail_from" in said
    assert UNANSWERED in said

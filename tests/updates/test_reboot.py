"""Real reboots of a real server: inside announced works, once, with what they cost in the record.

The end of a container is what a reboot does to it; a thread starts it again, as the firmware of a machine would.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from doubles.mail_server import MailServer
from infogere.fleet.models import Customer, OrderForm, Server
from infogere.lab import podman, servers
from infogere.notices.message import Mailbox
from infogere.notices.outbox import Outbox
from infogere.notices.sending import flush
from infogere.notices.smtp import Relay
from infogere.notices.works import announcing
from infogere.notices.works.drafting import Plan
from infogere.notices.works.parties import parties
from infogere.policy.oracle import Oracle
from infogere.record.reading import Reader
from infogere.sla import basis, compute, history

pytestmark = pytest.mark.lab

PARIS = ZoneInfo("Europe/Paris")  # whose months the contract's are
UNIT = """
[Service]
ExecStart=/usr/bin/python3 -m http.server --bind 127.0.0.1 8099
[Install]
WantedBy=multi-user.target
"""
CHECK = [{"service": "pages", "unit": "pages", "connect": "127.0.0.1:8099", "send": "HEAD / HTTP/1.0\r\n\r\n"}]
CONTACT = {"name": "Ada", "mail": "ada@customer.example"}
CUSTOMER = {"id": "test", "name": "Test customer", "language": "en", "contacts": [CONTACT]}
FORM = {
    "id": "TEST-1",
    "customer": "test",
    "level": "custom",
    "commissioning_date": "2026-01-05",
    "monthly_fee": "120.00",
}


@contextmanager
def firmware(server):
    """While the block lasts the server starts again as soon as it has gone down."""

    def restart():
        podman.run("wait", server.machine.container)
        podman.run("start", server.machine.container)

    thread = threading.Thread(target=restart, daemon=True)
    thread.start()
    yield
    thread.join(300)
    assert not thread.is_alive(), "it never went down"


class Machine:
    """A server with one service and a mark that asks for a reboot, and a record of its own."""

    def __init__(self, server, folder):
        self.server = server
        self.outbox = Outbox(f"sqlite:///{folder / 'record.db'}", folder)

    def ask_for_reboot(self):
        self.server.run("echo linux-image-amd64 > /run/reboot-required.pkgs; touch /run/reboot-required")

    def reboot(self, *options, **variables):
        variables = {"order_form": FORM, "customer": CUSTOMER, **variables}
        done = self.server.playbook("infogere.hosting.reboot", variables, *options)
        return done.returncode, " ".join((done.stdout + done.stderr).split())

    def announce(self, *, minutes_ago=1):
        """Works of an hour that began a minute ago, announced and accepted nine days before."""
        now = datetime.now(UTC)
        told = now - timedelta(days=9)
        server = Server(self.server.name, OrderForm.model_validate(FORM), (), Customer.model_validate(CUSTOMER))
        plan = Plan(now - timedelta(minutes=minutes_ago), 3600, "Reboot for the new kernel", "ada")
        touched = parties([server], Oracle().calendar_of)
        works = announcing.announce(self.outbox, plan, touched, Mailbox("Host", "ops@provider.example"), now=told).works
        mail = MailServer()
        mail.start()
        try:
            (sent,) = flush(self.outbox, Relay("smtp", "127.0.0.1", mail.port), everything=True, clock=lambda: told)
        finally:
            mail.stop()
        assert sent.letter.state == "accepted"
        return works

    def sell(self):
        """Put on record what was sold: what the guarantees are computed from."""
        server = Server(self.server.name, OrderForm.model_validate(FORM), (), Customer.model_validate(CUSTOMER))
        basis.ensure(self.outbox.url, self.outbox.state_dir, [server], terms_path=None, calendar_version=None)

    def entries(self, kind):
        with Reader(self.outbox.url) as reader:
            return [entry.typed() for entry in reader.entries(kind=kind)]

    def works(self):
        """``{id: (standing, planned seconds, counted seconds)}`` of today's works, as the guarantees count them."""
        now = datetime.now(PARIS)
        with Reader(self.outbox.url) as reader:
            past = history.load(reader, FORM["id"], now)
        found = {}
        # In the night of a new month its works may have begun in the old one.
        for month in sorted({f"{moment:%Y-%m}" for moment in (now - timedelta(hours=1), now)}):
            for one in compute.month(past, month, compute.rules("customer")).works:
                _, planned, counted = found.get(one.id, ("", 0, 0))
                found[one.id] = (one.standing, planned + one.planned_s, counted + one.counted_s)
        return found


@pytest.fixture(scope="module")
def server(lab):
    made = lab.bare("reboot")
    prepared = made.run(
        f"echo '{UNIT}' > /etc/systemd/system/pages.service && systemctl enable -q --now pages"
        " && mkdir -p /etc/infogere && cat > /etc/infogere/health.json",
        json.dumps(CHECK),
    )
    assert prepared.returncode == 0, prepared.stderr
    return made


@pytest.fixture
def machine(server, tmp_path, monkeypatch):
    made = Machine(server, tmp_path)
    monkeypatch.setenv("INFOGERE_RECORD_URL", made.outbox.url)
    made.ask_for_reboot()
    return made


def test_without_announced_works_nothing_happens(machine):
    code, said = machine.reboot()
    assert code != 0, "the lab's refusals are strict"
    assert "reboot is refused [A-5.5-1]" in said
    assert "no works are announced for it with proof" in said
    assert f"infogere works announce --server {machine.server.name}" in said

    urgent = {"gate_emergency": "a hole in the kernel"}
    code, said = machine.reboot("--check", **urgent)
    assert code == 0, said
    assert "ada@customer.example would be informed of the emergency first" in said
    assert "would be rebooted for linux-image-amd64" in said
    assert machine.entries("rebooted") == []


def test_a_reboot_inside_announced_works(machine):
    works, later = machine.announce(minutes_ago=2), machine.announce()
    code, said = machine.reboot("--check")
    assert code == 0, said
    assert "would be rebooted for linux-image-amd64" in said
    assert machine.entries("rebooted") == []

    with firmware(machine.server):
        code, said = machine.reboot()
    assert code == 0, said
    (entry,) = machine.entries("rebooted")
    assert (entry.outcome, entry.packages, entry.works) == ("ok", ("linux-image-amd64",), works)
    assert entry.boot_before != entry.boot_after
    assert machine.server.run("systemctl is-active pages").stdout == "active\n"
    (done,) = machine.entries("works-done")
    assert (done.began, done.ended) == (entry.began, entry.ended)
    machine.sell()
    counted = machine.works()
    assert counted[works] == ("planned", entry.seconds, 0)
    assert all(seconds == 0 for _, _, seconds in counted.values()), "what was announced with proof does not count"

    code, said = machine.reboot()
    assert (code, "nothing waits for a reboot" in said) == (0, True), said
    assert len(machine.entries("rebooted")) == 1
    assert [done.works for done in machine.entries("works-done")] == [works], f"{later} are still to be used"


def test_a_server_that_does_not_come_back(machine):
    works = machine.announce()
    # Long enough for a slow server to be down by then.
    code, said = machine.reboot(reboot_patience=12)
    assert code != 0
    assert "it did not come back within 12 s; look at its console" in said
    assert f"infogere works done {works} --began" in said
    (lost,) = machine.entries("rebooted")
    assert (lost.outcome, lost.ended, machine.entries("works-done")) == ("lost", None, [])

    # Somebody starts it. The next run finds that the reboot has happened, and brings the record to its end.
    servers.up(machine.server.machine.name, machine.server.machine.image)
    code, said = machine.reboot()
    assert code == 0, said
    (_, found) = machine.entries("rebooted")
    assert (found.outcome, found.boot_before, found.packages) == ("ok", lost.boot_before, lost.packages)
    assert len(machine.entries("works-done")) == 1

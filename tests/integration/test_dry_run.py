"""A converge that finds nothing to do ends after one question, and whatever is not in place is found by it."""

from __future__ import annotations

import re

import pytest

from doubles.mail_server import MailServer

pytestmark = pytest.mark.lab

SITE = "infogere.hosting.site"
# What is broken, by which command, with which tags the converge runs, which task is the first with something to do.
DRIFTS = [
    ("a changed file", "echo >> /etc/nginx/nginx.conf", "nginx", "nginx : Configure nginx"),
    ("a changed mode", "chmod 0600 /etc/postfix/main.cf", "postfix", "postfix : Configure Postfix"),
    ("a lost right", 'mariadb -e "REVOKE SELECT ON mail.* FROM postfix@localhost"', "mariadb", "mariadb : Make the"),
    ("a lost package", "apt-get -q -y remove zstd", "health", "packages : Install what is missing"),
    ("a stopped service", "systemctl stop proftpd", "health", "services : Bring all units"),
    ("an untold unit", "echo reload > /var/lib/infogere/pending/nginx.service", "health", "services : Bring all units"),
    ("a killed run", "mkdir -p /var/lib/infogere/transactions/killed", "nginx", "php : Name the archive"),
]

CONTACT = {"name": "Ada", "phone": "+33 1 00 00 00 00", "mail": "ada@customer.example"}
# A slot that has been and gone: whenever the tests run, the window is closed.
SLOT = {
    "start": "00:00",
    "end": "00:00",
    "first_day": "2026-01-01",
    "outside_hours": True,
    "rule": "FREQ=DAILY;COUNT=1",
}
URGENT = {
    "customer": {"id": "test", "name": "Test customer", "language": "en", "contacts": [CONTACT]},
    "order_form": {
        "id": "TEST-1",
        "customer": "test",
        "level": "custom",
        "commissioning_date": "2026-01-05",
        "monthly_fee": "120.00",
        "maintenance_slot": SLOT,
    },
    "gate_emergency": "mail loops",
}


@pytest.fixture(scope="module", autouse=True)
def settled(server):
    """Nothing that a boot has started is still on its way: a dry run looks once."""
    done = server.playbook(SITE, None, "--tags", "health")
    assert done.returncode == 0, done.stdout


def answer_of(done):
    """What the dry run found, as ``(in place, first task with something to do)``."""
    found = re.search(r"first: '?(.*?)'?\s+in_place: (true|false)", done.stdout)
    assert found, done.stdout
    return found[2] == "true", found[1].removeprefix("infogere.hosting.")


@pytest.mark.parametrize(("command", "tags", "first"), [drift[1:] for drift in DRIFTS], ids=[d[0] for d in DRIFTS])
def test_whatever_is_not_in_place_is_found_and_mended(server, command, tags, first):
    assert server.run(command).returncode == 0
    done = server.playbook(SITE, None, "--tags", tags, "-v")
    assert done.returncode == 0, done.stdout
    in_place, found = answer_of(done)
    assert not in_place
    assert found.startswith(first)


def test_a_service_that_runs_but_does_not_answer_is_found(server):
    assert server.run("systemctl kill --signal=STOP dovecot").returncode == 0
    try:
        done = server.playbook(SITE, {"health_patience": 1}, "--tags", "health", "-v")
    finally:
        assert server.run("systemctl kill --signal=CONT dovecot").returncode == 0
    assert answer_of(done) == (False, "health : Ask every service whether it works")
    assert done.returncode != 0


def test_where_all_is_in_place_nothing_more_is_asked(server):
    done = server.playbook(SITE, None, "-v")
    assert done.returncode == 0, done.stdout
    assert answer_of(done) == (True, "")
    assert "Configure nginx" not in done.stdout
    assert "changed=0" in done.stdout


def test_another_value_is_something_to_do(server):
    done = server.playbook(SITE, {"nginx_body_mb": 17}, "--tags", "nginx", "--check", "--diff", "-v")
    assert answer_of(done) == (False, "nginx : Configure nginx")
    assert "client_max_body_size 17m" in done.stdout


def test_an_emergency_is_told_to_the_customer_before_the_first_change_and_only_then(server, tmp_path, monkeypatch):
    mail = MailServer()
    mail.start()
    monkeypatch.setenv("INFOGERE_RECORD_URL", f"sqlite:///{tmp_path / 'record.db'}")
    monkeypatch.setenv("INFOGERE_SMTP_URL", f"smtp://127.0.0.1:{mail.port}")
    monkeypatch.setenv("INFOGERE_MAIL_FROM", "Host <ops@provider.example>")
    try:
        done = server.playbook(SITE, URGENT, "--tags", "nginx", "-v")
        assert answer_of(done) == (True, ""), "the notice itself is nothing to do"
        assert server.run("echo >> /etc/nginx/nginx.conf").returncode == 0
        done = server.playbook(SITE, URGENT, "--tags", "nginx", "--check")
        assert "ada@customer.example would be informed of the emergency first" in " ".join(done.stdout.split())
        assert mail.got == []

        done = server.playbook(SITE, URGENT, "--tags", "nginx")
        assert done.returncode == 0, done.stdout
        (message,) = mail.got
    finally:
        mail.stop()
    assert message["Subject"] == "Emergency work: mail loops"
    assert "changing the configuration of the following server" in message.get_body(("plain",)).get_content()
    said = " ".join(done.stdout.split())
    assert said.index("is informed of the emergency") < said.index("Configure nginx")

"""Which mail server takes our mail, and how the password reaches it."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from infogere import pki
from infogere.errors import InfogereError
from infogere.notices.smtp import Session, relay_of
from infogere.pki.paths import ca_path
from infogere.settings import Settings


def settings(**given) -> Settings:
    return Settings(Path("/nowhere"), "sqlite:////nowhere", None, **given)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("smtp://relay", "relay:25"),
        ("smtp://127.0.0.1:2525", "127.0.0.1:2525"),
        ("submission://bob%40example.com@relay", "relay:587"),
        ("smtps://bob@relay", "relay:465"),
    ],
)
def test_the_relay(url, name, monkeypatch):
    monkeypatch.setenv("INFOGERE_SMTP_PASSWORD", "hush")
    relay = relay_of(settings(smtp_url=url))
    assert relay.name == name
    assert (relay.user, relay.password) in {("", ""), ("bob", "hush"), ("bob@example.com", "hush")}
    assert "hush" not in repr(relay)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (None, "no mail server"),
        ("relay:25", "'relay' is none of"),
        ("http://relay", "'http' is none of"),
        ("smtp://relay:99999", "no address"),
        ("submission://bob:hush@relay", "holds a password"),
        ("smtp://bob@relay", "in the clear"),
        ("submission://bob@relay", "there is no password"),
    ],
)
def test_what_is_refused(url, why, monkeypatch):
    monkeypatch.delenv("INFOGERE_SMTP_PASSWORD", raising=False)
    with pytest.raises(InfogereError, match=why) as refused:
        relay_of(settings(smtp_url=url))
    assert "hush" not in str(refused.value)


def test_the_password_may_stand_in_a_file(tmp_path, monkeypatch):
    monkeypatch.delenv("INFOGERE_SMTP_PASSWORD", raising=False)
    file = tmp_path / "password"
    file.write_text("hush\n")
    given = settings(smtp_url="smtps://bob@relay", smtp_password_file=file)
    assert relay_of(given).password == "hush"
    file.unlink()
    with pytest.raises(InfogereError, match="cannot be read"):
        relay_of(given)


class Listening(Controller):
    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class Handler:
    def __init__(self):
        self.got = []

    async def handle_DATA(self, _server, session, _envelope):
        self.got.append((session.authenticated, session.ssl is not None))
        return "250 kept"


@pytest.fixture
def submission(tmp_path):
    """A server that takes mail after STARTTLS and a login only."""
    certificate = pki.issue(tmp_path, "localhost", "server", ["localhost"])
    pem = tmp_path / "server.pem"
    pem.write_text(certificate.fullchain + certificate.key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    handler = Handler()
    controller = Listening(
        handler,
        hostname="localhost",
        port=0,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=lambda _server, _session, _envelope, _mechanism, data: AuthResult(
            handled=False, success=(data.login, data.password) == (b"bob", b"hush")
        ),
    )
    controller.start()
    yield controller, handler, tmp_path
    controller.stop()


def hand_over(port, monkeypatch, word="hush"):
    monkeypatch.setenv("INFOGERE_SMTP_PASSWORD", word)
    relay = relay_of(settings(smtp_url=f"submission://bob@localhost:{port}"))
    with Session(relay) as session:
        return session.send("a@provider.example", "b@example.com", b"Subject: hello\r\n\r\n.dot\r\n", lambda: True)


def test_submission_logs_in_over_tls(submission, monkeypatch):
    controller, handler, state_dir = submission
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_path(state_dir)))
    answer = hand_over(controller.port, monkeypatch)
    assert (answer.outcome, answer.text) == ("accepted", "250 kept")
    assert handler.got == [(True, True)]


def test_a_wrong_password_is_a_delay_and_not_the_customers_fault(submission, monkeypatch):
    controller, handler, state_dir = submission
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_path(state_dir)))
    answer = hand_over(controller.port, monkeypatch, "wrong")
    assert answer.outcome == "deferred"
    assert "535" in answer.text
    assert handler.got == []


def test_a_certificate_of_somebody_else_gets_no_password(submission, monkeypatch):
    controller, handler, _ = submission
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    answer = hand_over(controller.port, monkeypatch)
    assert answer.outcome == "deferred"
    assert "certificate" in answer.text.lower()
    assert handler.got == []

"""What the mail services take from whom."""

from __future__ import annotations

import contextlib
import socket

import pytest

from infogere.lab.clients import mail
from infogere.lab.clients.mail import Login, RefusedError, message

STRANGER = "somebody@client.example.net"
ELSEWHERE = "anybody@elsewhere.example.net"


def refusal(attempt, *arguments, **options) -> RefusedError:
    with pytest.raises(RefusedError) as refused:
        attempt(*arguments, **options)
    return refused.value


@pytest.mark.parametrize(
    ("port", "secure", "offered"), [(25, False, False), (25, True, False), (587, False, False), (587, True, True)]
)
def test_a_password_is_asked_for_on_submission_over_tls_alone(world, port, secure, offered):
    assert mail.offers_password(world.server, port, secure=secure) is offered


def test_imap_takes_no_password_in_the_clear(world):
    assert not mail.imap_offers_plain_login(world.server)


def test_strangers_do_not_relay(world):
    refused = refusal(mail.deliver, world.server, STRANGER, ELSEWHERE, message(STRANGER, ELSEWHERE, "relay"))
    assert (refused.code, "Relay access denied" in refused.words) == (554, True)


def test_an_unknown_mailbox_is_refused_at_the_door(world):
    nobody = "nobody@tagged.test"
    assert refusal(mail.deliver, world.server, STRANGER, nobody, message(STRANGER, nobody, "x")).code == 550


def test_system_users_get_no_mail_from_outside(world):
    user = f"www-data-backup@{world.server.name}"
    assert refusal(mail.deliver, world.server, STRANGER, user, message(STRANGER, user, "x")).code == 550
    user = f"_rspamd@{world.server.name}"
    assert refusal(mail.deliver, world.server, STRANGER, user, message(STRANGER, user, "x")).code == 550


@pytest.mark.parametrize("port", [587, 465])
def test_submission_wants_a_password(world, ada, port):
    new = message(ada.user, ELSEWHERE, "x")
    assert refusal(mail.submit, world.server, None, ada.user, ELSEWHERE, new, port=port).code == 553


@pytest.mark.parametrize("sender", ["bob@plain.test", "other@tagged.test", "boss@bank.example.net"])
def test_a_mailbox_sends_in_no_other_name(world, ada, bob, sender):
    assert refusal(mail.submit, world.server, ada, sender, bob.user, message(sender, bob.user, "x")).code == 553


@pytest.mark.parametrize("port", [143, 993])
def test_a_wrong_password_is_refused(world, ada, port):
    with (
        pytest.raises(RefusedError, match=r"(?i)authentication ?failed"),
        mail.mailbox(world.server, Login(ada.user, "wrong"), port=port),
    ):
        pass


def test_a_bare_newline_cannot_smuggle_a_second_message(world, bob):
    """CVE-2023-51764: the data must not end at a dot between bare line feeds."""
    with socket.create_connection((world.server.address, 25), timeout=30) as connection:
        stream = connection.makefile("rwb")

        def say(line: bytes) -> bytes:
            stream.write(line + b"\r\n")
            stream.flush()
            answer = stream.readline()
            while answer[3:4] == b"-":
                answer = stream.readline()
            return answer

        stream.readline()
        say(b"EHLO client.example.net")
        say(f"MAIL FROM:<{STRANGER}>".encode())
        say(f"RCPT TO:<{bob.user}>".encode())
        assert say(b"DATA").startswith(b"354")
        smuggled = f"MAIL FROM:<forged@tagged.test>\r\nRCPT TO:<{bob.user}>\r\nDATA\r\nSubject: smuggled\r\n\r\nx"
        stream.write(b"Subject: outer\r\n\r\nhello\n.\n" + smuggled.encode() + b"\r\n.\r\n")
        stream.flush()
        answers = [stream.readline()]
        connection.settimeout(1)
        with contextlib.suppress(TimeoutError):
            answers += [stream.readline() for _ in range(4)]
    # One message, or none at all: never an answer to a smuggled command.
    assert sum(answer.startswith(b"250") for answer in answers) <= 1
    assert not any(answer.startswith(b"354") for answer in answers)

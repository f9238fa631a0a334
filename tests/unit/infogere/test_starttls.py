"""Certificates on ports that begin in the clear."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager

import pytest

from infogere import pki
from infogere.pki.paths import ca_path
from infogere.starttls import DIALOGUES, certificate

NAME = "web1.example.net"
SMTP = {"EHLO infogere.invalid": "250-web1\r\n250-STARTTLS\r\n250 SMTPUTF8", "STARTTLS": "220 2.0.0 Ready"}
# Greeting, and answers to what a client says, as the stack's servers write them.
SERVERS = {
    21: ("220-Welcome\r\n220 FTP ready", {"AUTH TLS": "234 AUTH TLS successful"}),
    25: ("220 web1 ESMTP Postfix", SMTP),
    143: ("* OK [CAPABILITY IMAP4rev1 STARTTLS] Dovecot ready.", {"a STARTTLS": "a OK Begin TLS negotiation now."}),
    587: ("220 web1 ESMTP Postfix", SMTP),
    4190: ('"IMPLEMENTATION" "Dovecot"\r\n"STARTTLS"\r\nOK "ready"', {"STARTTLS": 'OK "Begin TLS negotiation now."'}),
}


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A folder with a private CA, and what a server of ``NAME`` needs."""
    folder = tmp_path_factory.mktemp("pki")
    issued = pki.issue(folder, NAME, "server", [NAME])
    (folder / "server.pem").write_text(issued.fullchain + issued.key)
    return folder


@contextmanager
def serving(authority, greeting, answers):
    """One client is greeted and answered; after the last answer TLS begins. Yields the port."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(authority / "server.pem")

    def serve(listener):
        client, _ = listener.accept()
        with client, client.makefile("rb") as said:
            client.sendall(f"{greeting}\r\n".encode())
            for expected, answer in answers.items():
                if said.readline() != f"{expected}\r\n".encode():
                    return
                client.sendall(f"{answer}\r\n".encode())
            try:
                context.wrap_socket(client, server_side=True).close()
            except OSError:
                return  # a client that does not trust it hangs up

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=[listener], daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)


def look(authority, port, dialogue, name=NAME):
    context = ssl.create_default_context(cafile=str(ca_path(authority)))
    return certificate("127.0.0.1", port, name, context, dialogue=DIALOGUES[dialogue])


@pytest.mark.parametrize("protocol", SERVERS)
def test_each_protocol_is_spoken_until_tls_begins(authority, protocol):
    with serving(authority, *SERVERS[protocol]) as port:
        assert look(authority, port, protocol)["subjectAltName"] == (("DNS", NAME),)


def test_a_certificate_for_another_name_is_not_trusted(authority):
    with serving(authority, *SERVERS[143]) as port, pytest.raises(ssl.SSLCertVerificationError):
        look(authority, port, 143, "web2.example.net")


@pytest.mark.parametrize(
    ("protocol", "answer"),
    [(25, "454 4.7.0 TLS not available"), (143, "a BAD no TLS"), (21, "500 AUTH not understood")],
)
def test_a_server_without_tls_is_quoted(authority, protocol, answer):
    greeting, answers = SERVERS[protocol]
    refusing = {**answers, list(answers)[-1]: answer}
    with serving(authority, greeting, refusing) as port, pytest.raises(ConnectionError, match=answer[:8]):
        look(authority, port, protocol)


def test_a_server_that_hangs_up_is_no_riddle(authority):
    with serving(authority, "220 web1", {}) as port, pytest.raises(OSError, match=r"before TLS|EOF|reset"):
        look(authority, port, 587)

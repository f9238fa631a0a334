"""Waiting for a message, also for one whose folder its own delivery makes."""

from __future__ import annotations

import imaplib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from infogere.errors import InfogereError
from infogere.lab.clients import mail
from infogere.lab.clients.mailserver import Login, Server

BUYER = Login("sales@example.net", "secret")
ID = "<1@client.example.net>"


class Mailbox:
    """An IMAP session whose folder appears with the n-th look; as imaplib, it searches in a selected folder only."""

    def __init__(self, *, appears: int) -> None:
        self.looks = 0
        self.appears = appears
        self.selected = False

    def select(self, folder: str, *, readonly: bool) -> tuple[str, list[bytes | None]]:
        assert readonly
        self.looks += 1
        self.selected = self.looks >= self.appears
        return ("OK", [b"1"]) if self.selected else ("NO", [f"Mailbox doesn't exist: {folder}".encode()])

    def search(self, _charset: None, *_criteria: str) -> tuple[str, list[bytes]]:
        if not self.selected:
            raise imaplib.IMAP4.error("command SEARCH illegal in state AUTH")
        return "OK", [b"1"]

    def fetch(self, number: str, _parts: str) -> tuple[str, list[tuple[bytes, bytes]]]:
        return "OK", [(b"1 (RFC822 {3}", f"no. {number}".encode())]


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Mailbox:
    opened = Mailbox(appears=request.param)

    @contextmanager
    def mailbox(_server: Server, _login: Login) -> Iterator[Mailbox]:
        yield opened

    monkeypatch.setattr(mail, "mailbox", mailbox)
    monkeypatch.setattr(mail, "POLL", 0.0)
    return opened


@pytest.mark.parametrize("session", [1, 3], indirect=True)
def test_a_folder_that_its_first_message_makes_is_waited_for(session, server):
    assert mail.await_raw(server, BUYER, ID, folder="Orders") == b"no. 1"
    assert session.looks == session.appears


@pytest.mark.parametrize("session", [10**9], indirect=True)
def test_who_waits_in_vain_reads_the_servers_last_answer(session, server):
    with pytest.raises(InfogereError, match=re.escape("Mailbox doesn't exist: Orders")):
        mail.await_raw(server, BUYER, ID, folder="Orders", patience=0.01)
    assert session.looks


@pytest.fixture
def server() -> Server:
    return Server(name="mail.example.net", address="192.0.2.1", ca=Path("ca.pem"))

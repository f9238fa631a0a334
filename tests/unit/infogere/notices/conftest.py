"""A real SMTP conversation on the loopback, whose answers the test chooses, and an outbox beside a record."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from infogere.notices.message import Mailbox
from infogere.notices.outbox import Letter, Outbox
from infogere.notices.smtp import Relay
from infogere.notices.writing import Draft, new_id, write
from infogere.record.kinds.works import NoticeAttempt
from infogere.record.reading import Reader
from infogere.record.store import Store

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
SENDER = Mailbox("Hébergeur", "exploitation@provider.example")
ADA = Mailbox("Ada", "ada@example.com")
BEN = Mailbox("Ben", "ben@example.com")
FACTS: dict[str, Any] = {
    "zone": "Europe/Paris",
    "works_subject": "Changement de disque",
    "servers": ["web1.example"],
    "start": "2026-12-03T21:00:00+00:00",
    "end": "2026-12-03T23:00:00+00:00",
    "duration_s": 7200,
    "excluded": True,
    "emergency": None,
    "notice_days": 8,
}


@dataclass
class MailServer:
    """What it was given, and what it shall answer: the next of ``rcpt`` or ``data``, else yes.

    ``hang_up``: it closes the connection instead of answering, after it has the message.
    """

    got: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    rcpt: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    hang_up: bool = False
    port: int = 0

    @property
    def relay(self) -> Relay:
        return Relay("smtp", "127.0.0.1", self.port)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        answer = self.rcpt.pop(0) if self.rcpt else "250 fine"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        answer = self.data.pop(0) if self.data else f"250 2.0.0 Ok: queued as {len(self.got) + 1}"
        if self.hang_up or answer.startswith("2"):
            self.raw.append(envelope.content)
            self.got.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        if self.hang_up:
            server.transport.abort()
            await asyncio.sleep(0)
        return answer


class AnyPort(Controller):
    """Listens where there is room, and knows where."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    handler = MailServer()
    controller = AnyPort(handler, hostname="127.0.0.1", port=0)
    controller.start()
    handler.port = controller.port
    yield handler
    controller.stop()


@dataclass
class Desk:
    """An outbox, a clock that a test moves, and short ways to fill and to read it."""

    state_dir: Path
    now: datetime = NOON
    ada: Mailbox = ADA
    ben: Mailbox = BEN
    sender: Mailbox = SENDER

    @property
    def outbox(self) -> Outbox:
        return Outbox(f"sqlite:///{self.state_dir / 'record.db'}", self.state_dir)

    def clock(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)

    def draft(self, *recipients: Mailbox, contract: str = "BC-1", **more: Any) -> Draft:
        given: dict[str, Any] = {"purpose": "works-announced", "language": "fr", "facts": FACTS, **more}
        return Draft(contract=contract, terms="HBT-20220901-01", recipients=recipients or (ADA,), **given)

    def queue(self, *recipients: Mailbox, **more: Any) -> str:
        notice = new_id()
        with Store(self.outbox.url, self.state_dir) as store:
            self.outbox.prepare()
            with store.writing(now=self.now) as transaction:
                write(transaction, notice, self.draft(*recipients, **more), SENDER, about=None, now=self.now)
        return notice

    def letter(self, notice: str) -> Letter:
        (only,) = self.outbox.letters(notice)
        return only

    def attempts(self) -> list[tuple[str, str, str]]:
        """Recipient, outcome and answer of every attempt on record."""
        with Reader(self.outbox.url) as reader:
            entries = [entry.typed() for entry in reader.entries(kind="notice-attempt")]
        return [(entry.recipient, entry.outcome, entry.answer) for entry in entries if isinstance(entry, NoticeAttempt)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)

"""Letters that wait, are under way or were sent: two tables beside the record, in its database.

A letter and the entry that tells of it change in one transaction, so that neither is ever there alone.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from infogere.errors import InfogereError
from infogere.notices.words import Facts
from infogere.record import chain
from infogere.record.database import Database, RecordMissing, connect
from infogere.record.migrate import Tables, ensure_current, version
from infogere.record.store import Transaction

TABLES = Tables(Path(__file__).with_name("migrations") / "versions", "notice_version", "0001")
LOCK_FILE = "outbox.lock"
# Who holds a letter for longer was another controller that died: no mail server takes so long over one message.
ABANDONED = timedelta(hours=1)

State = Literal["waiting", "sending", "accepted", "refused", "in-doubt", "withdrawn", "expired"]

_MESSAGE = (
    "notice, copy, contract, server, terms, purpose, language, subject, sender, message, facts, about, written,"
    " send_before, entry"
)
_LETTER = "notice, number, copy, name, recipient, state, attempt, due, changed, holder, answer"


@dataclass(frozen=True)
class Message:
    """One notice as it was written; a further copy is another one of the same notice.

    Attributes:
        message: the bytes that the mail server gets.
        facts: what its words were made from.
        about: ``seq`` of the entry that the notice is about; None: of none.
        send_before: aware; None: whenever it can be.
        entry: ``seq`` of its ``notice`` entry.
    """

    notice: str
    copy: int
    contract: str
    server: str | None
    terms: str
    purpose: str
    language: str
    subject: str
    sender: str
    message: bytes
    facts: Facts
    about: int | None
    written: datetime
    send_before: datetime | None
    entry: int


@dataclass(frozen=True)
class Letter:
    """A notice on its way to one recipient.

    Attributes:
        number: 1, 2 ... within the notice.
        copy: which message it is sent as.
        attempt: how often a mail server was asked to take it.
        due: not before then.
        answer: the last answer, one line.
    """

    notice: str
    number: int
    copy: int
    name: str
    recipient: str
    state: State
    attempt: int
    due: datetime
    changed: datetime
    holder: str | None
    answer: str | None


@dataclass(frozen=True)
class Outbox:
    """Where the letters are.

    Args:
        url, state_dir: of the record.
    """

    url: str
    state_dir: Path

    @property
    def holder(self) -> str:
        """This controller: whoever else has the lock of the same state folder is the same one."""
        return f"{socket.gethostname()}:{self.state_dir}"

    def prepare(self) -> None:
        """Make or migrate the tables."""
        with self._open(create=True) as database:
            ensure_current(database, self.url, TABLES)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Send, alone on this controller; waits for whoever is sending."""
        with self._lock(fcntl.LOCK_EX):
            yield

    def idle(self) -> bool:
        """True if nobody on this controller is sending: what is marked as being sent was left by a crash."""
        try:
            with self._lock(fcntl.LOCK_EX | fcntl.LOCK_NB):
                return True
        except BlockingIOError:
            return False

    def messages(self, *, contract: str | None = None, limit: int = 100) -> list[Message]:
        """The newest messages, oldest first."""
        where = "WHERE contract = :contract" if contract else ""
        given = {"contract": contract} if contract else {}
        return self._messages(f"{where} ORDER BY entry DESC LIMIT :limit", limit=limit, **given)[::-1]

    def message(self, notice: str, copy: int | None = None) -> Message:
        """One notice: its newest copy, or the one asked for."""
        copies = self._messages("WHERE notice = :notice ORDER BY copy", notice=notice)
        found = [message for message in copies if copy in (None, message.copy)]
        if not found:
            raise InfogereError(f"no notice {notice}", way_out="see: infogere notices list")
        return found[-1]

    def letters(self, notice: str) -> list[Letter]:
        """A notice's letters, by number."""
        return self._letters("WHERE notice = :notice ORDER BY number", notice=notice)

    def accepted(self, purpose: str) -> list[str]:
        """Notices of one purpose that a mail server has taken for somebody."""
        accepted = "SELECT notice FROM notice_letter WHERE state = 'accepted'"
        found = self._messages(f"WHERE purpose = :purpose AND notice IN ({accepted})", purpose=purpose)
        return list(dict.fromkeys(message.notice for message in found))

    def waiting(self, before: datetime | None = None, notices: Sequence[str] | None = None) -> list[Letter]:
        """Letters to be sent, those due first; ``notices``: only these, due or not."""
        return [
            letter
            for letter in self._in_state("waiting")
            if (letter.notice in notices if notices is not None else before is None or letter.due <= before)
        ]

    def abandoned(self, now: datetime) -> list[Letter]:
        """Letters whose sender died; call it inside ``alone``."""
        return [
            letter
            for letter in self._in_state("sending")
            if letter.holder == self.holder or letter.changed + ABANDONED < now
        ]

    def claim(self, letter: Letter, now: datetime) -> bool:
        """Mark it as being sent, on disk when this returns; False: it is no longer waiting."""
        with self._open() as database:
            return bool(
                database.rows(
                    "UPDATE notice_letter SET state = 'sending', attempt = attempt + 1, holder = :holder,"
                    " changed = :now WHERE notice = :notice AND number = :number AND state = 'waiting'"
                    " AND attempt = :attempt RETURNING notice",
                    holder=self.holder,
                    now=chain.instant_text(now),
                    notice=letter.notice,
                    number=letter.number,
                    attempt=letter.attempt,
                )
            )

    def _in_state(self, state: State) -> list[Letter]:
        return self._letters("WHERE state = :state ORDER BY due, notice, number", state=state)

    def _messages(self, rest: str, **parameters: object) -> list[Message]:
        return [_message(row) for row in self._select(_MESSAGE, "notice_message", rest, parameters)]

    def _letters(self, rest: str, **parameters: object) -> list[Letter]:
        return [_letter(row) for row in self._select(_LETTER, "notice_letter", rest, parameters)]

    def _select(self, columns: str, table: str, rest: str, parameters: dict[str, object]) -> Sequence[tuple[Any, ...]]:
        try:
            with self._open() as database:
                # All but the parameters are constants of this module.
                sql = f"SELECT {columns} FROM {table} {rest}"  # noqa: S608
                return database.rows(sql, **parameters) if version(database, TABLES) else []
        except RecordMissing:
            return []

    @contextmanager
    def _open(self, *, create: bool = False) -> Iterator[Database]:
        database = connect(self.url, create=create)
        try:
            yield database
        finally:
            database.close()

    @contextmanager
    def _lock(self, how: int) -> Iterator[None]:
        handle = os.open(self.state_dir / LOCK_FILE, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, how)
            yield
        finally:
            os.close(handle)


def put(transaction: Transaction, message: Message) -> None:
    """Add a message."""
    columns = _MESSAGE.split(", ")
    values = {name: getattr(message, name) for name in columns}
    values["facts"] = json.dumps(dict(message.facts), ensure_ascii=False)
    values["written"] = chain.instant_text(message.written)
    values["send_before"] = chain.instant_text(message.send_before) if message.send_before else None
    _insert(transaction, "notice_message", values)


def post(transaction: Transaction, letter: Letter) -> None:
    """Add a letter."""
    values = {name: getattr(letter, name) for name in _LETTER.split(", ")}
    _insert(transaction, "notice_letter", {**values, **_instants(letter)})


def change(transaction: Transaction, letter: Letter) -> None:
    """Write down what has become of a letter."""
    transaction.rows(
        "UPDATE notice_letter SET copy = :copy, state = :state, attempt = :attempt, due = :due, changed = :changed,"
        " holder = :holder, answer = :answer WHERE notice = :notice AND number = :number",
        notice=letter.notice,
        number=letter.number,
        copy=letter.copy,
        state=letter.state,
        attempt=letter.attempt,
        holder=letter.holder,
        answer=letter.answer,
        **_instants(letter),
    )


def withdraw(transaction: Transaction, notice: str, now: datetime) -> None:
    """What still waits of a notice is not sent any more: a later one takes its place."""
    transaction.rows(
        "UPDATE notice_letter SET state = 'withdrawn', changed = :now WHERE notice = :notice AND state = 'waiting'",
        notice=notice,
        now=chain.instant_text(now),
    )


def may_have_arrived(transaction: Transaction, notice: str) -> bool:
    """Whether a mail server has taken the notice for anybody, or may have."""
    return bool(
        transaction.rows(
            "SELECT number FROM notice_letter WHERE notice = :notice AND (copy > 1"
            " OR state IN ('accepted', 'in-doubt', 'sending')) LIMIT 1",
            notice=notice,
        )
    )


def sender(transaction: Transaction, notice: str) -> str:
    """Who sent a notice that is there, as a header names it."""
    found = transaction.rows("SELECT sender FROM notice_message WHERE notice = :notice LIMIT 1", notice=notice)
    return str(found[0][0])


def _insert(transaction: Transaction, table: str, values: dict[str, Any]) -> None:
    names = ", ".join(values)
    places = ", ".join(f":{name}" for name in values)
    # Table and column names are constants of this module.
    transaction.rows(f"INSERT INTO {table} ({names}) VALUES ({places})", **values)  # noqa: S608


def _instants(letter: Letter) -> dict[str, str]:
    return {"due": chain.instant_text(letter.due), "changed": chain.instant_text(letter.changed)}


def _message(row: tuple[Any, ...]) -> Message:
    values = dict(zip(_MESSAGE.split(", "), row, strict=True))
    before = values["send_before"]
    return Message(
        **{
            **values,
            "message": bytes(values["message"]),
            "facts": json.loads(values["facts"]),
            "written": datetime.fromisoformat(values["written"]),
            "send_before": datetime.fromisoformat(before) if before else None,
        }
    )


def _letter(row: tuple[Any, ...]) -> Letter:
    values = dict(zip(_LETTER.split(", "), row, strict=True))
    return Letter(**{**values, "due": _instant(values["due"]), "changed": _instant(values["changed"])})


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)

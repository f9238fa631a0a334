"""Hand a message to a mail server, and say what it answered.

The conversation is taken step by step: before the message itself is sent, the caller is told, and can leave
a mark on disk. From that point on a lost connection is a doubt, before it is only a delay.
"""

from __future__ import annotations

import os
import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self
from urllib.parse import unquote, urlsplit

from infogere.errors import InfogereError
from infogere.record.recorder import one_line
from infogere.settings import Settings

Outcome = Literal["accepted", "refused", "deferred", "in-doubt"]
PASSWORD_VARIABLE = "INFOGERE_SMTP_PASSWORD"  # noqa: S105 - the name of it
CONVERSATION_PATIENCE = 60.0  # seconds for each answer but the last
# RFC 5321, 4.5.3.2.6: the server may take so long over the whole message, and then has it.
LAST_ANSWER_PATIENCE = 600.0
_PORTS = {"smtp": 25, "submission": 587, "smtps": 465}
_ACCEPTED, _FORWARDS, _GO_AHEAD = 250, 251, 354
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True)
class Relay:
    """The mail server that takes our mail.

    Attributes:
        scheme: ``smtp`` in the clear, ``submission`` with STARTTLS, ``smtps`` TLS from the start; the latter two
            check the server's certificate.
    """

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Answer:
    """What became of one letter; ``text`` is the server's answer, or what went wrong, in one line."""

    outcome: Outcome
    text: str


class _Unreachable(Exception):
    """No conversation with the relay: nothing was sent."""


def relay_of(settings: Settings) -> Relay:
    """The relay that ``smtp_url`` names; its password is in a file or in the environment, never in the URL.

    Raises:
        InfogereError: none is named, or one that would carry a password in the clear.
    """
    way_out = "set smtp_url in [infogere] of ansible.cfg, e.g. submission://user@mail.example.com"
    if not settings.smtp_url:
        raise InfogereError("no mail server for notices", way_out=way_out)
    try:
        parts = urlsplit(settings.smtp_url)
        port = parts.port
    except ValueError:
        raise InfogereError("smtp_url is no address of a mail server", way_out=way_out) from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise InfogereError(f"smtp_url: {parts.scheme!r} is none of {', '.join(_PORTS)}", way_out=way_out)
    if parts.password is not None:
        raise InfogereError(
            "smtp_url holds a password", way_out=f"write it into smtp_password_file, or set {PASSWORD_VARIABLE}"
        )
    user = unquote(parts.username or "")
    if user and parts.scheme == "smtp":
        raise InfogereError(
            "smtp_url would send a password in the clear", way_out="use submission:// (STARTTLS) or smtps://"
        )
    password = _password(settings) if user else ""
    return Relay(parts.scheme, parts.hostname, port or _PORTS[parts.scheme], user, password)


def _password(settings: Settings) -> str:
    if given := os.environ.get(PASSWORD_VARIABLE):
        return given
    path = settings.smtp_password_file
    if path is None:
        raise InfogereError(
            "smtp_url names a user, but there is no password",
            way_out=f"set smtp_password_file in ansible.cfg, or {PASSWORD_VARIABLE}",
        )
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise InfogereError(
            f"smtp_password_file {path} cannot be read", way_out="one line of UTF-8, readable by you alone"
        ) from error


class Session:
    """One conversation with the relay, opened when the first letter goes and again when it broke."""

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        self._smtp: smtplib.SMTP | None = None
        self._fault = ""  # why there is no conversation; one try is enough for all letters

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._close()

    def send(self, sender: str, recipient: str, message: bytes, mark: Callable[[], bool]) -> Answer | None:
        """Send one letter; None if ``mark`` says no.

        Args:
            mark: called when everything but the message has been said; False: somebody else sends this letter.
        """
        try:
            smtp = self._connected()
            answer = self._addressed(smtp, sender, recipient)
            if answer is None and not mark():
                smtp.rset()
                return None
            if answer is None:
                code, said = smtp.docmd("DATA")
                answer = None if code == _GO_AHEAD else _answer(code, said)
        except _Unreachable as error:
            return Answer("deferred", str(error))
        except (OSError, smtplib.SMTPException) as error:
            self._close()
            return Answer("deferred", f"connection lost before the message was sent: {_words(error)}")
        if answer is None:
            answer = self._handed_over(smtp, message)
        if answer.outcome != "accepted":
            self._close()
        return answer

    def _addressed(self, smtp: smtplib.SMTP, sender: str, recipient: str) -> Answer | None:
        """Name sender and recipient; None when the server takes both."""
        code, said = smtp.mail(sender)
        if code == _ACCEPTED:
            code, said = smtp.rcpt(recipient)
        return None if code in (_ACCEPTED, _FORWARDS) else _answer(code, said)

    def _handed_over(self, smtp: smtplib.SMTP, message: bytes) -> Answer:
        body = _LEADING_DOT.sub(b"..", message)
        if not body.endswith(b"\r\n"):
            body += b"\r\n"
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(LAST_ANSWER_PATIENCE)
            smtp.send(body + b".\r\n")
            code, said = smtp.getreply()
            if smtp.sock is not None:
                smtp.sock.settimeout(CONVERSATION_PATIENCE)
        except (OSError, smtplib.SMTPException) as error:
            return Answer("in-doubt", f"no answer after the message was handed over: {_words(error)}")
        return _answer(code, said, last=True)

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is None and not self._fault:
            try:
                self._smtp = self._connect()
            except (OSError, smtplib.SMTPException, ValueError) as error:
                self._fault = f"{self.relay.name} does not take our mail: {_words(error)}"
        if self._smtp is None:
            raise _Unreachable(self._fault)
        return self._smtp

    def _connect(self) -> smtplib.SMTP:
        relay = self.relay
        smtp: smtplib.SMTP
        if relay.scheme == "smtps":
            context = ssl.create_default_context()
            smtp = smtplib.SMTP_SSL(relay.host, relay.port, timeout=CONVERSATION_PATIENCE, context=context)
        else:
            smtp = smtplib.SMTP(relay.host, relay.port, timeout=CONVERSATION_PATIENCE)
        try:
            if relay.scheme == "submission":
                smtp.starttls(context=ssl.create_default_context())
            if relay.user:
                smtp.login(relay.user, relay.password)
            smtp.ehlo_or_helo_if_needed()
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _close(self) -> None:
        if self._smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
            self._smtp.close()
            self._smtp = None


def _answer(code: int, said: bytes, *, last: bool = False) -> Answer:
    text = one_line(f"{code} {said.decode('utf-8', 'replace')}")
    if code // 100 == 5:
        return Answer("refused", text)
    if code // 100 == 4:
        return Answer("deferred", text)
    if last:
        # Only a positive answer to the whole message is a proof; what is no answer at all decides nothing.
        return Answer("accepted" if code // 100 == 2 else "in-doubt", text)
    return Answer("deferred", text)


def _words(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        return one_line(f"{error.smtp_code} {said}")
    return one_line(str(error)) or type(error).__name__

"""SMTP, IMAP and ManageSieve, as mail programs and other mail servers speak them."""

from __future__ import annotations

import base64
import contextlib
import email.message
import email.policy
import email.utils
import imaplib
import re
import smtplib
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from infogere.errors import InfogereError
from infogere.lab.clients import tls
from infogere.lab.clients.mailserver import (
    IMAP,
    IMAPS,
    MANAGESIEVE,
    SMTP,
    SMTPS,
    TIMEOUT,
    Imap,
    Imaps,
    Login,
    Server,
    Smtp,
    Smtps,
)

__all__ = [
    "DEFERRAL",
    "GTUBE",
    "Login",
    "RefusedError",
    "Server",
    "await_message",
    "await_raw",
    "deliver",
    "folders",
    "imap_offers_plain_login",
    "mailbox",
    "message",
    "offers_password",
    "put_filter",
    "submit",
]

ARRIVAL = 180.0  # seconds for a message to be in its mailbox
POLL = 0.1
DEFERRAL = 300.0  # seconds; the filter compiles its patterns at its first start, ten are usual
RETRY = 1.0
AUTHENTICATED = 235  # SMTP's code
# The string by which every spam filter proves that it works (https://spamassassin.apache.org/gtube/).
GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"


class RefusedError(InfogereError):
    """The server said no: ``code`` is its SMTP code, 0 where the protocol has none."""

    def __init__(self, what: str, code: int, words: str) -> None:
        super().__init__(f"{what}: {code} {words}" if code else f"{what}: {words}")
        self.code = code
        self.words = words

    @property
    def is_temporary(self) -> bool:
        """Whether the server asks to be tried again later."""
        return 400 <= self.code < 500


def message(sender: str, recipient: str, subject: str, body: str = "A test.\n") -> email.message.EmailMessage:
    """A message as mail programs write it, with an id of its own."""
    new = email.message.EmailMessage(policy=email.policy.SMTP)
    new["From"], new["To"], new["Subject"] = sender, recipient, subject
    new["Date"] = email.utils.formatdate()
    new["Message-ID"] = email.utils.make_msgid(domain="client.example.net")
    new.set_content(body)
    return new


def deliver(
    server: Server, sender: str, recipient: str, new: email.message.EmailMessage, *, patience: float = DEFERRAL
) -> None:
    """Hand a message over on port 25, as another mail server does; raises ``RefusedError``.

    A server that answers "try again later" is asked again for ``patience`` seconds, as any sending server would.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            with _reporting(f"mail from {sender} to {recipient} on port 25"), _connected(server, SMTP) as client:
                client.starttls(context=tls.context(server.ca))
                client.send_message(new, sender, [recipient])
        except RefusedError as refused:
            if not refused.is_temporary or time.monotonic() > deadline:
                raise
            time.sleep(RETRY)
        else:
            return


def submit(
    server: Server,
    login: Login | None,
    sender: str,
    recipient: str,
    new: email.message.EmailMessage,
    *,
    port: int = 587,
    secure: bool = True,
) -> None:
    """Send a message as a customer's mail program does; raises ``RefusedError``.

    Args:
        login: who sends; None to try without a password.
        port: 587 (STARTTLS) or 465 (TLS from the start).
        secure: False tries port 587 without TLS.
    """
    with _reporting(f"mail from {sender} to {recipient} on port {port}"), _connected(server, port) as client:
        if secure and port != SMTPS:
            client.starttls(context=tls.context(server.ca))
        if login:
            _authenticate(client, login)
        client.send_message(new, sender, [recipient])


def offers_password(server: Server, port: int, *, secure: bool) -> bool:
    """Whether the server asks for a password on ``port``, before (``secure=False``) or after STARTTLS."""
    with _connected(server, port) as client:
        if secure:
            client.starttls(context=tls.context(server.ca))
        client.ehlo()
        return client.has_extn("auth")


@contextmanager
def mailbox(server: Server, login: Login, *, port: int = 993) -> Iterator[imaplib.IMAP4]:
    """A mailbox over IMAP, logged in (993: TLS from the start, 143: STARTTLS); raises ``RefusedError``."""
    client = Imaps(server) if port == IMAPS else Imap(server)
    try:
        if port == IMAP:
            client.starttls(tls.context(server.ca))
        try:
            client.authenticate("PLAIN", lambda _challenge: login.plain)
        except imaplib.IMAP4.error as error:
            raise RefusedError(f"IMAP as {login.user}", 0, str(error)) from None
        yield client
    finally:
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            client.logout()


def imap_offers_plain_login(server: Server) -> bool:
    """Whether IMAP takes a password before STARTTLS."""
    client = Imap(server)
    try:
        return "LOGINDISABLED" not in client.capabilities
    finally:
        client.shutdown()


def await_message(
    server: Server, login: Login, message_id: str, *, folder: str = "INBOX", patience: float = ARRIVAL
) -> email.message.EmailMessage:
    """The message of this id in ``folder``, as soon as it is there."""
    raw = await_raw(server, login, message_id, folder=folder, patience=patience)
    return email.message_from_bytes(raw, policy=email.policy.default)


def await_raw(
    server: Server, login: Login, message_id: str, *, folder: str = "INBOX", patience: float = ARRIVAL
) -> bytes:
    """Like ``await_message``, the bytes as they lie in the mailbox; waits for a folder that does not exist yet."""
    deadline = time.monotonic() + patience
    with mailbox(server, login) as client:
        while True:
            # A Sieve script makes its folder with the first message that it files: until then the answer is NO.
            status, answer = client.select(folder, readonly=True)
            if status == "OK":
                _status, found = client.search(None, "HEADER", "Message-ID", f'"{message_id}"')
                if found and found[0]:
                    _status, parts = client.fetch(found[0].split()[-1].decode(), "(RFC822)")
                    return bytes(parts[0][1])  # type: ignore[index]
            if time.monotonic() > deadline:
                last = "" if status == "OK" else f"; the server's last answer: {_words(answer)}"
                raise InfogereError(
                    f"no message {message_id} in {folder} of {login.user} after {patience:.0f} s{last}",
                    way_out=f"look at the mail log of {server.name}: journalctl SYSLOG_FACILITY=2",
                )
            time.sleep(POLL)


def _words(answer: list[bytes | None]) -> str:
    return b" ".join(part for part in answer if part).decode(errors="replace")


def folders(server: Server, login: Login) -> dict[str, str]:
    """``{folder: special use}`` of a mailbox, such as ``{"Junk": "\\Junk"}``; ordinary folders have ``""``."""
    with mailbox(server, login) as client:
        _status, lines = client.list()
    found = {}
    for line in lines:
        if match := re.match(rb'\(([^)]*)\) "[^"]*" "?([^"]+)"?', line if isinstance(line, bytes) else b""):
            uses = [flag for flag in match[1].decode().split() if flag in {"\\Junk", "\\Sent", "\\Drafts", "\\Trash"}]
            found[match[2].decode()] = uses[0] if uses else ""
    return found


def put_filter(server: Server, login: Login, name: str, script: str) -> list[str]:
    """Store a Sieve script over ManageSieve, make it the active one, and list all scripts; raises ``RefusedError``."""
    with socket.create_connection((server.address, MANAGESIEVE), timeout=TIMEOUT) as plain:
        greeting = _Sieve(plain).answer("greeting")
        if '"SASL" ""' not in greeting:
            raise RefusedError("ManageSieve", 0, "it takes a password before STARTTLS")
        _Sieve(plain).ask("STARTTLS")
        with tls.context(server.ca).wrap_socket(plain, server_hostname=server.name) as secured:
            client = _Sieve(secured)
            client.answer("greeting")
            client.ask(f'AUTHENTICATE "PLAIN" "{_base64(login.plain)}"', shown="AUTHENTICATE")
            client.ask(f'PUTSCRIPT "{name}" {{{len(script.encode())}+}}\r\n{script}', shown=f"PUTSCRIPT {name}")
            client.ask(f'SETACTIVE "{name}"')
            listing = client.ask("LISTSCRIPTS")
    return re.findall(r'^"([^"]+)"', listing, re.MULTILINE)


class _Sieve:
    """The few words of ManageSieve (RFC 5804) that are needed."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection

    def ask(self, command: str, *, shown: str = "") -> str:
        self.connection.sendall(f"{command}\r\n".encode())
        return self.answer(shown or command)

    def answer(self, what: str) -> str:
        text = ""
        while not self._is_whole(text):
            part = self.connection.recv(65536)
            if not part:
                raise RefusedError(f"ManageSieve {what}", 0, "the connection was closed")
            text += part.decode()
        if not re.search(r"^OK\b", text, re.MULTILINE):
            raise RefusedError(f"ManageSieve {what}", 0, " ".join(text.split()))
        return text

    @staticmethod
    def _is_whole(text: str) -> bool:
        """True if the last line says OK, NO or BYE; its words may follow as a literal, announced by their length."""
        final = re.search(r"^(?:OK|NO|BYE)\b[^\r\n]*?(?:\{(\d+)\})?\r\n", text, re.MULTILINE)
        if not final:
            return False
        return not final[1] or len(text) >= final.end() + int(final[1]) + len("\r\n")


@contextmanager
def _connected(server: Server, port: int) -> Iterator[smtplib.SMTP]:
    client = Smtps(server, port) if port == SMTPS else Smtp(server, port)
    try:
        yield client
    finally:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            client.quit()


def _authenticate(client: smtplib.SMTP, login: Login) -> None:
    client.ehlo_or_helo_if_needed()
    code, words = client.docmd("AUTH", f"PLAIN {_base64(login.plain)}")
    if code != AUTHENTICATED:
        raise smtplib.SMTPAuthenticationError(code, words)


@contextmanager
def _reporting(what: str) -> Iterator[None]:
    """Turn smtplib's many exceptions into one."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise RefusedError(what, code, _text(words)) from None
    except smtplib.SMTPResponseException as error:
        raise RefusedError(what, error.smtp_code, _text(error.smtp_error)) from None
    except smtplib.SMTPException as error:
        raise RefusedError(what, 0, str(error)) from None


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _text(words: bytes | str) -> str:
    return words.decode(errors="replace") if isinstance(words, bytes) else words

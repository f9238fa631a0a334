"""Logins to one service, as the program that ``client`` runs on another machine; a line for each."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from infogere.errors import InfogereError
from infogere.lab.clients import ftp, mail
from infogere.lab.clients.browser import Browser
from infogere.lab.clients.mailadmin import Panel
from infogere.lab.clients.webmail import Webmail

IN, DENIED, LATER, SHUT_OUT = "in", "denied", "later", "shut out"
SIEVE = "keep;\n"
# What a visitor may claim about itself, and what nobody may believe.
CLAIMS = {"X-Forwarded-For": "198.51.100.99", "X-Real-IP": "198.51.100.99", "Forwarded": "for=198.51.100.99"}


@dataclass(frozen=True)
class Asked:
    """Which login, where."""

    service: str
    address: str
    name: str
    ca: Path
    user: str
    password: str

    @property
    def mail(self) -> mail.Server:
        return mail.Server(self.address, self.name, self.ca)

    @property
    def mailbox(self) -> mail.Login:
        return mail.Login(self.user, self.password)


def _submission(asked: Asked, port: int) -> None:
    new = mail.message(asked.user, asked.user, "Logged in")
    mail.submit(asked.mail, asked.mailbox, asked.user, asked.user, new, port=port)


def _imap(asked: Asked, port: int) -> None:
    with mail.mailbox(asked.mail, asked.mailbox, port=port):
        pass


def _sieve(asked: Asked) -> None:
    mail.put_filter(asked.mail, asked.mailbox, "keep", SIEVE)


def _ftp(asked: Asked) -> None:
    with ftp.session(asked.address, asked.name, asked.ca, asked.user, asked.password) as client:
        client.pwd()


def _webmail(asked: Asked) -> None:
    Webmail(asked.address, f"webmail.{asked.name}", asked.ca, asked.mailbox)


def _disguised_webmail(asked: Asked) -> None:
    """The webmail's form, sent with headers that name another address."""
    browser = _Disguised(asked.address, f"webmail.{asked.name}", asked.ca)
    page = browser.get("/")
    page = browser.send(page, page.form("_user"), _user=asked.user, _pass=asked.password)
    if "_task=mail" not in page.path:
        raise InfogereError("webmail: login failed")


def _mail_panel(asked: Asked) -> None:
    Panel(asked.address, f"mailadmin.{asked.name}", asked.ca, asked.user, asked.password)


class _Disguised(Browser):
    def _open(self, method: str, path: str, body: str | None, headers: dict[str, str]):  # type: ignore[no-untyped-def]
        return super()._open(method, path, body, headers | CLAIMS)


SERVICES: dict[str, Callable[[Asked], None]] = {
    "submission": lambda asked: _submission(asked, 587),
    "smtps": lambda asked: _submission(asked, 465),
    "imap": lambda asked: _imap(asked, 143),
    "imaps": lambda asked: _imap(asked, 993),
    "sieve": _sieve,
    "ftp": _ftp,
    "webmail": _webmail,
    "disguised webmail": _disguised_webmail,
    "mail panel": _mail_panel,
}


def attempt(asked: Asked) -> str:
    """What came of a login.

    Returns:
        ``in``, ``denied`` (the server said no to the password), ``later`` (it took none for now) or ``shut out``
        (there is no connection).
    """
    try:
        SERVICES[asked.service](asked)
    except ConnectionRefusedError:
        return SHUT_OUT
    except mail.RefusedError as refused:
        return LATER if refused.is_temporary else DENIED
    except (InfogereError, ftp.Refused):
        return DENIED
    return IN


if __name__ == "__main__":
    given = json.load(sys.stdin)
    times = given.pop("times")
    asked = Asked(**{**given, "ca": Path(given["ca"])})
    # Side by side: services answer a wrong password late on purpose.
    with ThreadPoolExecutor(times) as pool:
        print("\n".join(pool.map(attempt, [asked] * times)))

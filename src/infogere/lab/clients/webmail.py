"""The webmail (Roundcube), as its users see it in a browser."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

from infogere.errors import InfogereError
from infogere.lab.clients.browser import Browser, Page
from infogere.lab.clients.mail import Login


class Webmail:
    """The webmail, logged in as one mailbox."""

    def __init__(self, address: str, name: str, ca: Path, login: Login) -> None:
        """Log in; raises ``InfogereError`` with the webmail's words on a wrong password."""
        self.browser = Browser(address, name, ca)
        page = self.browser.get("/")
        page = self.browser.send(page, page.form("_user"), _user=login.user, _pass=login.password)
        self.token = _token(page)
        if "_task=mail" not in page.path:
            raise InfogereError(f"webmail: login as {login.user} failed: {_words(page)}")

    def subjects(self, folder: str = "INBOX") -> list[str]:
        """Subjects of the messages that the list of ``folder`` shows."""
        page = self.browser.get(
            f"/?_task=mail&_action=list&_mbox={folder}&_remote=1",
            {"X-Requested-With": "XMLHttpRequest", "X-Roundcube-Request": self.token},
        )
        orders = str(json.loads(page.text).get("exec", ""))
        return [html.unescape(json.loads(f'"{text}"')) for text in re.findall(r'"subject":"((?:[^"\\]|\\.)*)"', orders)]

    def change_password(self, old: str, new: str) -> None:
        """Change the mailbox's password in the settings; raises ``InfogereError`` with the webmail's words."""
        fields = {"_curpasswd": old, "_newpasswd": new, "_confpasswd": new, "_token": self.token}
        page = self.browser.post("/?_task=settings&_action=plugin.password-save", fields)
        if '"confirmation"' not in page.text:
            raise InfogereError(f"webmail: the password was not changed: {_words(page)}")

    def filters(self) -> Page:
        """The page of Sieve filters; raises ``InfogereError`` if the webmail does not reach ManageSieve."""
        page = self.browser.get("/?_task=settings&_action=plugin.managesieve&_framed=1")
        if "Unable to connect" in page.text or page.status != 200:
            raise InfogereError(f"webmail: no filters: {_words(page)}")
        return page


def _token(page: Page) -> str:
    found = re.search(r'"request_token":"([^"]+)"', page.text)
    return found[1] if found else ""


def _words(page: Page) -> str:
    said = re.findall(r'display_message\("((?:[^"\\]|\\.)*)"', page.text)
    return " / ".join(said) or f"status {page.status} at {page.path}"

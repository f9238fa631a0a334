"""The mail panel (PostfixAdmin), as a customer's administrator uses it in a browser."""

from __future__ import annotations

import html
import re
from pathlib import Path

from infogere.errors import InfogereError
from infogere.lab.clients.browser import Browser, Page


class Panel:
    """The panel, logged in as the administrator of a domain."""

    def __init__(self, address: str, name: str, ca: Path, administrator: str, password: str) -> None:
        """Log in; raises ``InfogereError`` with the panel's words on a wrong password."""
        self.browser = Browser(address, name, ca)
        page = self.browser.get("/login.php")
        page = self.browser.send(page, page.form("fUsername"), fUsername=administrator, fPassword=password, lang="en")
        if "logout.php" not in page.text and "/login.php" in page.path:
            raise InfogereError(f"mail panel: login as {administrator} failed: {_words(page)}")

    def make_mailbox(self, address: str, password: str, *, quota_mb: int = 10) -> None:
        """Make a mailbox through the panel's own form; raises ``InfogereError`` with the panel's words."""
        local, _at, domain = address.partition("@")
        page = self.browser.get(f"/edit.php?table=mailbox&domain={domain}")
        wanted = {
            "value[local_part]": local,
            "value[domain]": domain,
            "value[password]": password,
            "value[password2]": password,
            "value[name]": local.title(),
            "value[quota]": str(quota_mb),
            "value[active]": "1",
        }
        page = self.browser.send(page, page.form("value[local_part]"), **wanted)
        if not self.has(address):
            raise InfogereError(f"mail panel: mailbox {address} was not made: {_words(page)}")

    def make_alias(self, address: str, target: str) -> None:
        """Make an alias through the panel's own form; raises ``InfogereError`` with the panel's words."""
        local, _at, domain = address.partition("@")
        page = self.browser.get(f"/edit.php?table=alias&domain={domain}")
        wanted = {
            "value[localpart]": local,
            "value[domain]": domain,
            "value[goto]": target,
            "value[active]": "1",
        }
        page = self.browser.send(page, page.form("value[localpart]"), **wanted)
        if not self.has(address):
            raise InfogereError(f"mail panel: alias {address} was not made: {_words(page)}")

    def has(self, address: str) -> bool:
        """Whether the panel lists the address."""
        domain = address.rpartition("@")[2]
        return address in html.unescape(self.browser.get(f"/list-virtual.php?domain={domain}").text)


def _words(page: Page) -> str:
    """What the panel says in its messages: red or green boxes, and notes beside the fields."""
    pattern = r'class="[^"]*(?:flash|alert|error|help-block)[^"]*"[^>]*>(.*?)</(?:div|li|span|td|ul|p)>'
    found = [re.sub(r"<[^>]+>", " ", text) for text in re.findall(pattern, page.text, re.DOTALL)]
    said = " / ".join(" ".join(html.unescape(text).split()) for text in found if text.strip())
    return said or f"status {page.status} at {page.path}"

"""A browser without a screen: cookies, redirects, forms with their hidden fields."""

from __future__ import annotations

import http.client
import http.cookies
import socket
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

from infogere.errors import InfogereError
from infogere.lab.clients import tls

TIMEOUT = 30.0  # seconds
REDIRECTS = 5


@dataclass(frozen=True)
class Page:
    """What is shown after all redirects."""

    path: str
    status: int
    text: str

    def form(self, with_field: str) -> Form:
        """The form that has a field of this name; raises if the page has none."""
        for form in _Forms.read(self.text):
            if with_field in form.fields:
                return form
        raise InfogereError(f"{self.path} has no form with a field {with_field} (status {self.status})")


@dataclass
class Form:
    """Where a form goes, and its fields as they stand, hidden ones and tokens included."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Browser:
    """One visitor of one host name at one address."""

    def __init__(self, address: str, name: str, ca: Path) -> None:
        self.address = address
        self.name = name
        self.ca = ca
        self.cookies: dict[str, str] = {}

    def get(self, path: str, headers: dict[str, str] | None = None) -> Page:
        """Open ``path``."""
        return self._open("GET", path, None, headers or {})

    def post(self, path: str, fields: dict[str, str]) -> Page:
        """Send a form to ``path`` and follow where it leads."""
        return self._open("POST", path, urlencode(fields), {"Content-Type": "application/x-www-form-urlencoded"})

    def send(self, page: Page, form: Form, **changes: str) -> Page:
        """Fill in ``form`` of ``page`` and send it."""
        return self.post(urljoin(page.path, form.action), form.fields | changes)

    def _open(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Page:
        for _ in range(REDIRECTS):
            status, location, text = self._exchange(method, path, body, headers)
            if status not in {301, 302, 303}:
                return Page(path, status, text)
            target = urlsplit(urljoin(f"https://{self.name}{path}", location))
            method, body, path = "GET", None, f"{target.path}?{target.query}" if target.query else target.path
        raise InfogereError(f"{self.name}{path}: more than {REDIRECTS} redirects")

    def _exchange(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, str, str]:
        connection = _Connection(self)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(method, path, body, headers | ({"Cookie": cookies} if cookies else {}))
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
            for line in answer.headers.get_all("Set-Cookie") or []:
                for name, morsel in http.cookies.SimpleCookie(line).items():
                    self.cookies[name] = morsel.value
            return answer.status, answer.headers.get("Location", ""), text
        finally:
            connection.close()


class _Connection(http.client.HTTPSConnection):
    """Goes to the browser's address; the certificate is checked against the host name."""

    def __init__(self, browser: Browser) -> None:
        super().__init__(browser.name, timeout=TIMEOUT)
        self.browser = browser

    def connect(self) -> None:
        plain = socket.create_connection((self.browser.address, 443), TIMEOUT)
        self.sock = tls.context(self.browser.ca).wrap_socket(plain, server_hostname=self.browser.name)


class _Forms(HTMLParser):
    """Collects the forms of a page with the values that a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = ""

    @classmethod
    def read(cls, text: str) -> list[Form]:
        parser = cls()
        parser.feed(text)
        return parser.forms

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
        elif not self.forms:
            return
        elif tag == "input" and "name" in given:
            self._input(given)
        elif tag == "textarea" and "name" in given:
            self.forms[-1].fields[given["name"]] = ""
        elif tag == "select":
            self._select = given.get("name", "")
        elif tag == "option" and self._select:
            fields = self.forms[-1].fields
            if "selected" in given or self._select not in fields:
                fields[self._select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""

    def _input(self, given: dict[str, str]) -> None:
        kind = given.get("type", "text").lower()
        if kind in {"checkbox", "radio"} and "checked" not in given:
            return
        self.forms[-1].fields[given["name"]] = given.get("value", "on" if kind == "checkbox" else "")

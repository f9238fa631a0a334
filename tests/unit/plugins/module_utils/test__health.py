"""Health checks against sockets that answer, answer wrongly, or are not there."""

from __future__ import annotations

import socket
import threading

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _health
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._health_checks import run


@pytest.fixture
def greeting_server():
    """Greets every connection with one line; its ``HOST:PORT``."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(b"220 mail.example.net ESMTP\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.fixture
def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return f"127.0.0.1:{listening.getsockname()[1]}"


def test_answers_are_compared(greeting_server, closed_port, tmp_path):
    checks = [
        {"service": "mail", "connect": greeting_server, "expect": "^220 "},
        {"service": "imap", "connect": greeting_server, "expect": r"^\* OK"},
        {"service": "web", "connect": closed_port},
        {"service": "php", "connect": str(tmp_path / "no.sock")},
    ]
    found = _health.failing(checks)
    assert sorted(found) == ["imap", "php", "web"]
    assert "answers '220 mail.example.net ESMTP'" in found["imap"]
    assert "refused" in found["web"]


def test_units_are_asked_at_once(monkeypatch):
    asked = []

    def attempt(argv, **_more):
        asked.append(argv)
        return 0, "active\n\ninactive\n\nreloading\n"

    monkeypatch.setattr(_health, "attempt", attempt)
    checks = [{"service": name, "unit": name} for name in ("a", "b", "c")]
    assert _health.failing(checks) == {"b": "b is inactive"}
    assert len(asked) == 1


def test_a_watch_measures_what_is_still_down(closed_port):
    down = threading.Event()
    check = {"service": "web", "connect": closed_port}

    class Looked(_health.Watch):
        def _up(self, service):
            down.set()
            super()._up(service)

    with Looked([check]) as watch:
        while not watch._down:
            down.wait(0.01)
    assert [(item["service"], item["seconds"]) for item in watch.interruptions] == [("web", 1)]


def test_the_kept_checks_are_carried_out_again(greeting_server, closed_port, tmp_path):
    path = str(tmp_path / "health.json")
    good = {"service": "mail", "connect": greeting_server, "tls": False, "send": None}
    first = run({"checks": [good], "patience": 0}, False, path)
    assert (first["changed"], first["services"]) == (True, ["mail"])
    assert not run({"checks": [good], "patience": 0}, False, path)["changed"]
    assert run({"checks": None, "patience": 0}, False, path)["services"] == ["mail"]
    with pytest.raises(ModuleError, match=r"web: .*refused"):
        run({"checks": [good, {"service": "web", "connect": closed_port}], "patience": 0}, False, path)


@pytest.mark.parametrize("bad", [{"connect": "nowhere"}, {"connect": "127.0.0.1:http"}, {"expect": "("}])
def test_a_malformed_check_is_refused(bad, tmp_path):
    with pytest.raises(ModuleError, match="web"):
        run({"checks": [{"service": "web", **bad}], "patience": 0}, True, str(tmp_path / "health.json"))

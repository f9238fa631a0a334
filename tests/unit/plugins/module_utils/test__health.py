"""Health checks against sockets that answer, answer wrongly, or are not there."""

from __future__ import annotations

import os
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


class Clock:
    """What a watch sees, look by look, on a clock that a look and a pause advance."""

    def __init__(self, monkeypatch, looks):
        self.now, self.looks = 1000.0, iter(looks)
        self.watch = None
        monkeypatch.setattr(_health, "failing", self.look)
        monkeypatch.setattr(_health.time, "time", lambda: self.now)

    def look(self, _checks):
        self.now += 0.25
        return next(self.looks)

    def run(self, checks):
        self.watch = _health.Watch(checks)
        self.watch._end.wait = self._pause
        self.watch._look(checks)
        return [(item["service"], item["began"][-3:-1], item["seconds"]) for item in self.watch.interruptions]

    def _pause(self, seconds):
        self.now += seconds
        if self.now > 1004:
            self.watch._end.set()


DOWN = {"web": "refused"}


@pytest.mark.parametrize(
    ("looks", "interruptions"),
    [
        ([{}] * 7, []),
        # Well at 40.75, well again at 43.25.
        ([{}, {}, DOWN, DOWN, {}, {}, {}], [("web", "40", 3)]),
        ([{}, DOWN, {}, {}, DOWN, {}, {}], [("web", "40", 2), ("web", "42", 2)]),
        # Not well again before the end.
        ([{}, {}, {}, {}, {}, DOWN, DOWN], [("web", "43", 2)]),
        ([{}, {}, {}, {}, {}, {}, DOWN], [("web", "43", 1)]),
        # Nobody knows how the service is while systemd renews itself.
        ([{}, {"web": _health.SILENCE}, {"web": _health.SILENCE}, {}, {}, {}, {}], []),
    ],
)
def test_an_interruption_lasts_from_the_last_good_look_to_the_next(monkeypatch, looks, interruptions):
    assert Clock(monkeypatch, looks).run([{"service": "web"}]) == interruptions


def test_a_watch_looks_at_each_socket_for_itself_and_at_all_units_at_once(monkeypatch):
    seen = []

    def failing(checks):
        seen.append([(check["service"], check.get("unit")) for check in checks])
        return {}

    monkeypatch.setattr(_health, "failing", failing)
    checks = [
        {"service": "web", "unit": "nginx", "connect": "127.0.0.1:80"},
        {"service": "ssh", "unit": "ssh"},
        {"service": "php", "unit": "php8.2-fpm"},
    ]
    with _health.Watch(checks) as watch, watch.closely():
        pass
    assert sorted({tuple(group) for group in seen}) == [
        (("ssh", "ssh"), ("php", "php8.2-fpm")),
        (("web", None),),
    ]
    assert watch.interruptions == []


def test_a_watch_measures_a_service_that_is_really_gone(closed_port):
    with _health.Watch([{"service": "web", "connect": closed_port}]) as watch:
        pass
    (gone,) = watch.interruptions
    assert gone["service"] == "web"
    assert gone["seconds"] >= 1


@pytest.mark.skipif(os.geteuid() != 0, reason="the list of checks is root's")
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

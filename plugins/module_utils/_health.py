"""Ask services whether they work: their unit, and an answer on the socket where their users come.

The same checks serve a converge, an update (before, during and after it) and whoever watches.
"""

from __future__ import annotations

import contextlib
import math
import re
import socket
import threading
import time

from ansible_collections.infogere.hosting.plugins.module_utils._command import attempt

CHECK = {
    "service": {"type": "str", "required": True},
    "unit": {"type": "str"},
    "connect": {"type": "str"},
    "tls": {"type": "bool", "default": False},
    "send": {"type": "str"},
    "expect": {"type": "str"},
}
HEALTH_FILE = "/etc/infogere/health.json"
ANSWER_PATIENCE = 5  # seconds for one answer
POLL = 0.5  # seconds between two looks of a watch
ANSWER_SIZE = 4096  # bytes of an answer that are looked at


def failing(checks):
    """``{service: why}`` of those that do not work now."""
    units = _inactive({check["unit"] for check in checks if check.get("unit")})
    found = {}
    for check in checks:
        why = units.get(check.get("unit")) or _unanswered(check)
        if why:
            found.setdefault(check["service"], why)
    return found


def settle(checks, patience):
    """``failing`` once everything works, or after ``patience`` seconds."""
    deadline = time.monotonic() + patience
    while True:
        found = failing(checks)
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(POLL)


class Watch:
    """Looks at the services again and again, and keeps for how long each did not answer.

    Use as a context manager; ``interruptions`` is complete after it.
    """

    def __init__(self, checks):
        self._checks = checks
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._down = {}
        self.interruptions = []

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, kind, error, trace):
        self._end.set()
        self._thread.join()
        for service in list(self._down):
            self._up(service)

    def _look(self):
        while not self._end.is_set():
            down = failing(self._checks)
            for service in down.keys() - self._down.keys():
                self._down[service] = time.time()
            for service in self._down.keys() - down.keys():
                self._up(service)
            self._end.wait(POLL)

    def _up(self, service):
        began = self._down.pop(service)
        # A started second is one: the customer's side of the doubt.
        seconds = max(1, math.ceil(time.time() - began))
        instant = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(began))
        self.interruptions.append({"service": service, "began": instant, "seconds": seconds})


def _inactive(units):
    """``{unit: why}`` of the units that do not run; a oneshot that has done its work is active too."""
    if not units:
        return {}
    names = sorted(units)
    _code, text = attempt(["systemctl", "show", "--property=ActiveState", "--value", "--", *names])
    states = [line for line in text.splitlines() if line]
    if len(states) != len(names):
        return dict.fromkeys(names, "systemd does not answer")
    return {
        name: f"{name} is {state}" for name, state in zip(names, states, strict=True) if state not in RUNNING_STATES
    }


RUNNING_STATES = {"active", "reloading"}


def _unanswered(check):
    """Why the check's socket does not answer as expected; empty: it does, or it has none."""
    if not check.get("connect"):
        return ""
    try:
        with contextlib.closing(_connection(check)) as connection:
            connection.settimeout(ANSWER_PATIENCE)
            if check.get("send"):
                connection.sendall(check["send"].encode())
            return _unexpected(connection, check) if check.get("expect") else ""
    except OSError as error:
        return f"{check['connect']}: {error.strerror or error}"


def _connection(check):
    target = check["connect"]
    if target.startswith("/"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(ANSWER_PATIENCE)
        try:
            connection.connect(target)
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = target.rpartition(":")
    connection = socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWER_PATIENCE)
    if not check.get("tls"):
        return connection
    import ssl  # only where a check wants it

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Whether it answers is asked here; the names of certificates are judged from outside.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(connection)


def _unexpected(connection, check):
    answer = ""
    while len(answer) < ANSWER_SIZE:
        part = connection.recv(1024)
        if not part:
            break
        answer += part.decode("utf-8", "replace")
        if re.search(check["expect"], answer):
            return ""
    said = " ".join(answer.split())[:60] or "nothing"
    return f"{check['connect']} answers {said!r}"

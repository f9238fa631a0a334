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
CLOSE_POLL = 0.1  # the same while services are restarted
SILENCE = "systemd does not answer"
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

    An interruption is counted from the last look at which all was well to the first at which it is well again: it is
    never shorter than what a user saw, and longer by one look and one pause at most. What begins and ends between two
    looks is not seen; ``closely`` makes the pause short for the time in which services are restarted.

    Use as a context manager; ``interruptions`` is complete after it.
    """

    def __init__(self, checks):
        self._end = threading.Event()
        self._pause = POLL
        # A service that hangs must not keep the look from the others; units are all asked at once. A service with a
        # socket is down when its users get no answer, whatever its unit says.
        on_sockets = {check["service"] for check in checks if check.get("connect")}
        groups = {}
        for check in checks:
            watched = {**check, "unit": None} if check.get("connect") else check
            groups.setdefault(check["service"] if check["service"] in on_sockets else None, []).append(watched)
        self._threads = [threading.Thread(target=self._look, args=(group,), daemon=True) for group in groups.values()]
        self.interruptions = []

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind, error, trace):
        self._end.set()
        for thread in self._threads:
            thread.join()
        self.interruptions.sort(key=lambda item: (item["began"], item["service"]))

    @contextlib.contextmanager
    def closely(self):
        """Look more often for a while."""
        self._pause = CLOSE_POLL
        try:
            yield
        finally:
            self._pause = POLL

    def _look(self, checks):
        well = dict.fromkeys((check["service"] for check in checks), time.time())
        down = set()
        while True:
            last = self._end.is_set()
            looked = time.time()
            sick = failing(checks)
            if SILENCE in sick.values() and not last:
                self._end.wait(self._pause)
                continue  # systemd renews itself; what it would say is not known
            for service in well:
                if service in sick:
                    down.add(service)
                if service in down and (last or service not in sick):
                    self._keep(service, well[service], time.time())
                    down.discard(service)
                if service not in sick:
                    well[service] = looked
            if last:
                return
            self._end.wait(self._pause)

    def _keep(self, service, began, ended):
        # A started second is one: the customer's side of the doubt.
        seconds = max(1, math.ceil(ended - began))
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
        return dict.fromkeys(names, SILENCE)
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

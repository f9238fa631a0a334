"""What must hold before a server is handed over (A-3.1.1-1, A-3.1.1-2): pure judgement, and looks from outside."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infogere import starttls

RUNNING = frozenset({"active", "reloading"})  # states of a unit that does its work
TLS_PORTS = frozenset({443, 465, 993})  # those of the stack that speak TLS from the first byte
# Ordered, but nothing runs on the server for them: people do them.
_BY_PEOPLE = frozenset({"restore", "engineer_fix"})


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: ``reachable``, ``fixed-address``, ``units``, ``ports``, ``certificate`` or ``options``.
        seen: what was seen, or what is wrong, in one line.
    """

    name: str
    passed: bool
    seen: str

    def as_plain(self) -> dict[str, Any]:
        return {"name": self.name, "passed": self.passed, "seen": self.seen}


def inside(
    seen: Mapping[str, Any], *, ordered: Iterable[str], options: Mapping[str, Sequence[str]], stack: bool, address: str
) -> list[Check]:
    """Judge what the server said of itself.

    Args:
        seen: ``units`` (unit to its state), ``address`` (of the default route, empty without one) and ``dynamic``
            (whether it was lent for a time).
        ordered: options of the order form.
        options: units that do an option.
        stack: whether the level has services of the provider's.
        address: fixed address that was promised; empty: the server's own, if nobody lent it.
    """
    checks = [_fixed(str(seen["address"]), bool(seen["dynamic"]), address)]
    units: Mapping[str, str] = seen["units"]
    if stack:
        idle = [f"{name} is {state}" for name, state in units.items() if state not in RUNNING]
        running = ", ".join(name.removesuffix(".service") for name in units)
        fault = "; ".join(idle) if units else "nothing is known of the services of this level"
        checks.append(Check("units", bool(units) and not idle, running if units and not idle else fault))
    wanted = sorted(set(ordered) - _BY_PEOPLE)
    missing = [name for name in wanted if not _done(options.get(name, ()), units)]
    if wanted:
        fault = f"{', '.join(missing)} ordered, but nothing that runs on the server does it"
        checks.append(Check("options", not missing, fault if missing else ", ".join(wanted)))
    return checks


def outside(address: str, name: str, ports: Iterable[int], ca: Path) -> list[Check]:
    """Look at the server as its users do.

    Args:
        address: where it is reached.
        name: host name that its certificate must be for.
        ports: TCP ports that must answer.
        ca: the private CA's certificate; trusted beside the public ones where there is such a file.
    """
    wanted = sorted(set(ports))
    closed = [f"{port}: {why}" for port in wanted if (why := _refusal(address, port))]
    checks = [Check("reachable", len(closed) < len(wanted), address if len(closed) < len(wanted) else closed[0])]
    checks.append(Check("ports", not closed, "; ".join(closed) or ", ".join(map(str, wanted))))
    if secure := [port for port in wanted if port in TLS_PORTS or port in starttls.DIALOGUES]:
        checks.append(_certificate(address, name, secure, ca))
    return checks


def _fixed(address: str, dynamic: bool, promised: str) -> Check:
    if not address:
        return Check("fixed-address", False, "the server has no route to the Internet")
    if promised and promised != address:
        return Check("fixed-address", False, f"{promised} was promised, the server has {address}")
    if dynamic and not promised:
        return Check("fixed-address", False, f"{address} is lent for a time; if it is reserved, set acceptance_address")
    return Check("fixed-address", True, address)


def _done(units: Sequence[str], states: Mapping[str, str]) -> bool:
    return bool(units) and all(states.get(_full(name)) in RUNNING for name in units)


def _full(name: str) -> str:
    return name if "." in name else f"{name}.service"


def _refusal(address: str, port: int) -> str:
    try:
        with socket.create_connection((address, port), timeout=starttls.PATIENCE):
            return ""
    except OSError as error:
        return _words(error)


def _certificate(address: str, name: str, ports: Sequence[int], ca: Path) -> Check:
    context = ssl.create_default_context()
    if ca.is_file():
        context.load_verify_locations(ca)
    ends = []
    for port in ports:
        try:
            found = starttls.certificate(address, port, name, context, dialogue=starttls.DIALOGUES.get(port, ()))
            ends.append(ssl.cert_time_to_seconds(str(found["notAfter"])))
        except OSError as error:
            return Check("certificate", False, f"port {port}: {_words(error)}")
    return Check("certificate", True, f"{name}, {datetime.fromtimestamp(min(ends), UTC):%Y-%m-%d}")


def _words(error: OSError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return error.strerror or str(error) or type(error).__name__

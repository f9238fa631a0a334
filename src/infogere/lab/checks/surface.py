"""What the server shows to the network."""

from __future__ import annotations

import socket
import ssl

from infogere.lab.checks.registry import check, expect
from infogere.lab.clients import tls
from infogere.lab.subject import Subject

UNOPENED = 8899  # no service has it
LISTEN = "import socket, time; listener = socket.create_server(('', %d)); time.sleep(600)"
PATIENCE = 2.0  # seconds; an open port answers in a millisecond


@check("Old TLS is refused", "A-L3-4")
def old_tls(subject: Subject) -> str:
    refused = tls.refuses(subject.server.address, 443, subject.site.domain, ssl.TLSVersion.TLSv1_1)
    expect(refused, "TLS 1.1 was accepted")
    return "TLS 1.0 and 1.1"


@check("The firewall drops what no service opened", "A-L3-6")
def closed_port(subject: Subject) -> str:
    server = subject.server
    started = server.run(
        # A listener that an interrupted run has left goes first.
        "systemctl stop infogere-proof 2>/dev/null; "
        f'systemd-run --quiet --collect --unit=infogere-proof /usr/bin/python3 -c "{LISTEN % UNOPENED}" && '
        f"timeout 60 sh -c 'until ss -Hltn sport = :{UNOPENED} | grep -q .; do sleep 0.1; done'"
    )
    expect(started.returncode == 0, f"no listener to try it on: {started.stderr.strip()}")
    try:
        expect(not _opens(server.address, UNOPENED), f"port {UNOPENED} answers")
    finally:
        server.run("systemctl stop infogere-proof")
    return f"port {UNOPENED}, with a program listening"


@check("Apache and MariaDB are out of reach from outside", "A-L3-6")
def inner_services(subject: Subject) -> str:
    reached = [port for port in (8080, 3306) if _opens(subject.server.address, port)]
    expect(not reached, f"ports {reached} answer")
    return "8080, 3306"


@check("Every unit of the server is well", "A-L3-4")
def units(subject: Subject) -> str:
    failed = subject.server.run("systemctl --failed --plain --no-legend | cut -d' ' -f1").stdout.split()
    expect(not failed, f"failed: {', '.join(failed)}")
    return "none failed"


def _opens(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), timeout=PATIENCE).close()
    except OSError:
        return False
    return True

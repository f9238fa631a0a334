"""``provision.yml`` for a new site: from process start to the first HTTP 200 on it.

Goal: a median of at most 2 s.
"""

from __future__ import annotations

import argparse
import http.client
import json
import socket
import ssl
import statistics
import subprocess
import sys
import time

from common import environment, fresh, inventory, playbook, spread

from infogere.lab import servers

PATIENCE = 60  # seconds
POLL = 0.01  # seconds


def main() -> None:
    """Provision one new site after the other on one server."""
    options = argparse.ArgumentParser(prog="bench/provision", description=__doc__)
    options.add_argument("--runs", type=int, default=10, help="sites (default: 10)")
    options.add_argument("--debian", default="12", choices=["12", "13"])
    chosen = options.parse_args()

    server = fresh("bench-site", chosen.debian)
    hosts = inventory(server)
    run = playbook("site", hosts)
    print(f"  converge: {run.seconds:.1f} s", flush=True)
    start = statistics.median(_empty_run(hosts) for _ in range(5))

    answered, finished = [], []
    for number in range(chosen.runs):
        first, last = _provision(hosts, server, f"bench{number}.example.com")
        print(f"  site {number + 1}: HTTP 200 after {first:.2f} s, process over after {last:.2f} s", flush=True)
        answered.append(first)
        finished.append(last)
    servers.down("bench-site")

    print(f"process start to HTTP 200: {spread(answered)} (goal: median at most 2 s)")
    print(f"process start to exit:     {spread(finished)}")
    print(f"ratio:                     {statistics.median(answered) / start:.2f} x an empty playbook ({start:.2f} s)")


def _empty_run(hosts) -> float:
    """Seconds of an ``ansible-playbook`` that does nothing: the floor on this machine."""
    started = time.monotonic()
    play = "[{hosts: all, gather_facts: false, tasks: []}]"
    subprocess.run(
        ["ansible-playbook", "-i", str(hosts), "/dev/stdin"],
        input=play,
        text=True,
        env=environment(),
        capture_output=True,
        check=True,
    )
    return time.monotonic() - started


def _provision(hosts, server: servers.Server, domain: str) -> tuple[float, float]:
    """Seconds to the first HTTP 200 and to the end of the process."""
    request = {"request": {"kind": "vhost", "server": server.host_name, "name": domain}}
    command = ["ansible-playbook", "-i", str(hosts), "infogere.hosting.provision", "-e", json.dumps(request)]
    started = time.monotonic()
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    first = 0.0
    while not first and time.monotonic() - started < PATIENCE:
        if _status(server.address, domain) == http.client.OK:
            first = time.monotonic() - started
        elif process.poll() not in (None, 0):
            break
        time.sleep(POLL)
    output, _nothing = process.communicate()
    last = time.monotonic() - started
    if process.returncode != 0 or not first:
        sys.exit(f"provisioning {domain} failed:\n{output[-3000:]}")
    return first, last


def _status(address: str, domain: str) -> int:
    """HTTP status of the site's front page over TLS; 0 if nobody answers for it yet."""
    context = ssl.create_default_context()
    # The question is when it answers; whose certificate it shows is the tests' business.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection((address, 443), timeout=5) as plain,
            context.wrap_socket(plain, server_hostname=domain) as secure,
        ):
            secure.sendall(f"GET / HTTP/1.1\r\nHost: {domain}\r\nConnection: close\r\n\r\n".encode())
            words = secure.recv(200).split()
            return int(words[1]) if len(words) > 1 else 0
    except (OSError, ValueError):
        return 0


if __name__ == "__main__":
    main()

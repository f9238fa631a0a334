"""Plan a whole fleet from cached facts on one core; then one server, and a real run, against bare apt-get.

Goal: 10,000 servers with forty pending updates each in under 30 s. The server part wants a running server of the lab
(`infogere lab up NAME`), and compares the module `pending_updates` with `apt-get -s dist-upgrade` on it. `--real` makes
servers whose real updates are pending and applies them, as a run of ours and with bare `apt-get install`.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import time
from datetime import UTC, datetime
from typing import Any

import patch_run
from common import spread

from infogere import terms
from infogere.lab import inventory, plays, servers
from infogere.patching.facts import pending_of
from infogere.patching.judging import Judge
from infogere.patching.plan import plan_of

GOAL_SECONDS = 30.0
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def facts(server: int, updates: int) -> dict[str, Any]:
    """What a server says: updates with needs and services, a few majors; each is installed in one of 35 versions."""
    changes = []
    for number in range(updates):
        patch = server % 5
        major = number % 13 == 12
        changes.append(
            {
                "package": f"package-{number}",
                "installed": f"1:{number}.2.{patch}-{server % 7}+deb12u1",
                "candidate": f"1:{number}.{3 if major else 2}.{patch + 1}-1+deb12u2",
                "security": number % 3 == 0,
                "archive": {"label": "Debian-Security", "suite": "stable-security"},
                "needs": [f"package-{number - 1}"] if number % 4 == 3 else [],
                "services": ["nginx"] if number % 5 == 0 else [],
            }
        )
    return {"changes": changes, "lists_from": 1_795_410_548}


def plan_fleet(size: int, updates: int) -> None:
    """Check, judge, separate and digest: everything but the files and the record."""
    judge = Judge(terms.load(), terms.readings())
    said = [facts(server, updates) for server in range(size)]
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_utime, time.perf_counter()
    planned = refused = 0
    for number, facts_of_one in enumerate(said):
        name = f"web{number}.example.net"
        plan = plan_of(name, f"OF-{number}", pending_of(name, facts_of_one), judge, now=NOW)
        planned += len(plan.planned)
        refused += len(plan.refused)
        assert plan.digest  # noqa: S101 - the digest is part of what is measured
    wall, cpu = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_utime - before
    print(
        f"fleet: {size:,} servers, {size * updates:,} updates ({planned:,} planned, {refused:,} refused) in "
        f"{wall:.1f} s, {cpu:.1f} s of CPU | of the goal {wall / GOAL_SECONDS:.2f} wall, {cpu / GOAL_SECONDS:.2f} CPU"
    )


def plan_server(name: str, runs: int) -> None:
    """The module over the fast path, against bare apt-get over the same SSH connection."""
    server = servers.find(name)
    if server is None:
        raise SystemExit(f"no server {name}: bin/infogere lab up {name}")
    command = ["ansible", "-i", str(inventory.write(name, server)), "all", "-m", "infogere.hosting.pending_updates"]
    start_up = [*command[:-1], "infogere.hosting.server_facts"]
    ours = [_timed(command) - _timed(start_up) for _ in range(runs)]
    login = server.ssh()
    bare = [_timed([*login, "apt-get", "-s", "dist-upgrade"]) - _timed([*login, "true"]) for _ in range(runs)]
    print(
        f"{name}: {statistics.median(ours):.2f} s above another module, apt-get -s {statistics.median(bare):.2f} s "
        f"above an empty login (n = {runs}) | ratio {statistics.median(ours) / statistics.median(bare):.2f}"
    )


def apply_real(version: str, runs: int) -> None:
    """What a run takes and what it interrupts, over bare apt-get of the same set."""
    ratios = []
    for _ in range(runs):
        packages, ours, bare = patch_run.compare(version)
        ratios.append(ours.seconds / bare.seconds)
        print(f"Debian {version}, {packages} packages: run {ours.seconds:.0f} s, bare apt-get {bare.seconds:.0f} s")
        for title, applied in (("run", ours), ("bare", bare)):
            down = ", ".join(f"{service} {seconds} s" for service, seconds in applied.down.items())
            print(f"  {title} interrupted: {down or 'nothing'}", flush=True)
    print(f"ratio {spread(ratios, '')}")


def _timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, env=plays.environment(), capture_output=True, check=True)
    return time.perf_counter() - started


def main() -> None:
    options = argparse.ArgumentParser(
        prog="bench/patch", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--servers", type=int, default=10_000)
    options.add_argument("--updates", type=int, default=40, help="pending updates per server (default: 40)")
    options.add_argument("--server", metavar="NAME", help="also measure this server of the lab")
    options.add_argument("--runs", type=int, default=10)
    options.add_argument("--real", metavar="DEBIAN", choices=["12", "13"], help="apply real updates of this Debian")
    chosen = options.parse_args()
    if chosen.real:
        apply_real(chosen.real, chosen.runs)
        return
    plan_fleet(chosen.servers, chosen.updates)
    if chosen.server:
        plan_server(chosen.server, chosen.runs)


if __name__ == "__main__":
    main()

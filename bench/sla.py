"""Compute a whole service year of many contracts, every month under both profiles; then one what-if from a cold start.

Goal: 1,000 contracts in under 60 s on one core. Each has 24 incidents, 6 works and 24 days of which monitoring
does not know; one in three is covered in office hours. Twice as many contracts show how it grows. CPU seconds are
judged: they are what one core of its own would take, and this machine is never quiet.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from infogere import calendar
from infogere.sla import compute, coverage
from infogere.sla.model import Contract, History, Incident, Probe, Works
from infogere.terms.readings import PROFILES

ROOT = Path(__file__).resolve().parents[1]
PARIS = ZoneInfo("Europe/Paris")
YEAR = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp())
DAY, HOUR = 86_400, 3_600
INCIDENTS, WORKS = 24, 6
CAUSES = ("provider", "provider", "provider", "supplier", "client", "third_party", None)
GOAL_SECONDS, GOAL_COLD = 60.0, 0.5


def history(number: int, closed: frozenset[date]) -> History:
    """A year of trouble; the same one for the same number."""
    dice = random.Random(number)  # noqa: S311 - the same year every time
    incidents = []
    for count in range(INCIDENTS):
        start = YEAR + dice.randrange(365 * DAY)
        ticket = None if dice.random() < 0.1 else start + dice.randrange(HOUR)
        restored = None if dice.random() < 0.01 else start + dice.randrange(60, 12 * HOUR)
        effect = "degradation" if dice.random() < 0.2 else "interruption"
        incidents.append(Incident(f"I{count}", start, ticket, restored, dice.choice(CAUSES), effect))
    works = []
    for count in range(WORKS):
        start = YEAR + dice.randrange(365 * DAY)
        end = start + dice.randrange(HOUR, 4 * HOUR)
        sent = start - dice.randrange(6, 14) * DAY
        works.append(Works(f"W{count}", start, end, end + dice.randrange(-HOUR, HOUR // 2), sent))
    probes = []
    for _ in range(24):
        lost = YEAR + dice.randrange(365 * DAY)
        probes += [Probe(lost, "http", "unknown", "web1"), Probe(lost + DAY, "http", "up", "web1")]
    contract = Contract(
        id=f"OF-{number}",
        commissioned=YEAR - dice.randrange(700 * DAY),
        zone=PARIS,
        monthly_fee=Decimal(dice.randrange(3_000, 90_000)) / 100,
        gtr_hours=dice.choice((4, 8, 24)),
        coverage="Mon-Fri 09:00-18:00" if number % 3 == 0 else "24x7",
        closed_days=closed,
    )
    return History(contract, tuple(incidents), tuple(works), YEAR + 366 * DAY, tuple(probes))


def simulate(size: int, closed: frozenset[date]) -> tuple[float, float, Decimal]:
    """Seconds and CPU seconds for a year of so many contracts, and what it costs under the customer's readings."""
    names = [f"2025-{month:02}" for month in range(1, 13)]
    rules = {profile: compute.rules(profile) for profile in PROFILES}
    past = [history(number, closed) for number in range(size)]
    cost = Decimal(0)
    started, worked = time.monotonic(), time.process_time()
    for one in past:
        began = datetime.fromtimestamp(one.contract.commissioned or 0, UTC).astimezone(PARIS)
        own = [name for name in names if name >= f"{began:%Y-%m}"]
        for profile in PROFILES:
            results = compute.months(one, own, rules[profile])
            if profile == "customer":
                cost += sum(result.total.amount for result in results)
    return time.monotonic() - started, time.process_time() - worked, cost


def cold(runs: int) -> tuple[list[float], float]:
    """Seconds of each ``infogere sla simulate`` from the start of the process, and CPU seconds of one on average."""
    command = [str(ROOT / ".venv/bin/infogere"), "sla", "simulate", str(ROOT / "docs/scenarios/outage.yml"), "--json"]
    times = []
    for _ in range(runs):
        started = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.monotonic() - started)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return times, (used.ru_utime + used.ru_stime) / runs


def main() -> None:
    options = argparse.ArgumentParser(prog="bench/sla", description=__doc__)
    options.add_argument("--contracts", type=int, default=1_000, help="contracts (default: 1000)")
    options.add_argument("--cold", type=int, default=10, help="cold starts (default: 10)")
    chosen = options.parse_args()

    closed = coverage.closed_days(calendar.load())
    wall, half, _ = simulate(chosen.contracts // 2, closed)
    print(f"{chosen.contracts // 2:,} contracts: {wall:.2f} s, {half:.2f} s of CPU", flush=True)
    wall, whole, cost = simulate(chosen.contracts, closed)
    months = chosen.contracts * 12 * len(PROFILES)
    print(
        f"{chosen.contracts:,} contracts: {wall:.2f} s, {whole:.2f} s of CPU (goal: {GOAL_SECONDS:.0f}), "
        f"twice as many cost {whole / half:.2f} x, {1e3 * whole / months:.2f} ms a month and profile, {cost} EUR"
    )
    times, worked = cold(chosen.cold)
    print(
        f"infogere sla simulate, cold: {statistics.median(times):.2f} s (median of {len(times)}), "
        f"{worked:.2f} s of CPU (goal: {GOAL_COLD})"
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak: {peak:.0f} MiB")
    sys.exit(0 if whole <= GOAL_SECONDS * chosen.contracts / 1_000 and worked <= GOAL_COLD else 1)


if __name__ == "__main__":
    main()

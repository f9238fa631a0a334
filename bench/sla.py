"""Compute a whole service year of many contracts, every month under both profiles; then one what-if from a cold start.

Goal: 1,000 contracts in under 60 s on one core. Each has 24 incidents, 6 works and two days of probes a month that
do not know; one in three is covered in office hours. Twice as many contracts show how it grows.
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


def simulate(size: int, closed: frozenset[date]) -> tuple[float, Decimal]:
    """Seconds for a year of so many contracts, and what it would cost under the customer's readings."""
    names = [f"2025-{month:02}" for month in range(1, 13)]
    rules = {profile: compute.rules(profile) for profile in PROFILES}
    past = [history(number, closed) for number in range(size)]
    cost = Decimal(0)
    started = time.monotonic()
    for one in past:
        began = datetime.fromtimestamp(one.contract.commissioned or 0, UTC).astimezone(PARIS)
        own = [name for name in names if name >= f"{began:%Y-%m}"]
        for profile in PROFILES:
            results = compute.months(one, own, rules[profile])
            if profile == "customer":
                cost += sum(result.total.amount for result in results)
    return time.monotonic() - started, cost


def cold(runs: int) -> list[float]:
    """Seconds of ``infogere sla simulate``, from the start of the process."""
    command = [str(ROOT / ".venv/bin/infogere"), "sla", "simulate", str(ROOT / "docs/scenarios/outage.yml"), "--json"]
    times = []
    for _ in range(runs):
        started = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.monotonic() - started)
    return times


def main() -> None:
    options = argparse.ArgumentParser(prog="bench/sla", description=__doc__)
    options.add_argument("--contracts", type=int, default=1_000, help="contracts (default: 1000)")
    options.add_argument("--cold", type=int, default=10, help="cold starts (default: 10)")
    chosen = options.parse_args()

    closed = coverage.closed_days(calendar.load())
    half, _ = simulate(chosen.contracts // 2, closed)
    print(f"{chosen.contracts // 2:,} contracts: {half:.2f} s", flush=True)
    whole, cost = simulate(chosen.contracts, closed)
    months = chosen.contracts * 12 * len(PROFILES)
    print(
        f"{chosen.contracts:,} contracts: {whole:.2f} s (goal: {GOAL_SECONDS:.0f}), twice as many cost "
        f"{whole / half:.2f} x, {1e3 * whole / months:.2f} ms a month and profile, {cost} EUR claimable"
    )
    times = cold(chosen.cold)
    print(f"infogere sla simulate, cold: {statistics.median(times):.2f} s (median of {len(times)}, goal: {GOAL_COLD})")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak: {peak:.0f} MiB")
    met = whole <= GOAL_SECONDS * chosen.contracts / 1_000 and statistics.median(times) <= GOAL_COLD
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()

"""Decide a whole fleet on one core, with a large record behind it; then one question from a cold start.

Goals: 10,000 servers with a record of 1,000,000 entries in under 5 s and 500 MiB; ``infogere may`` in
under 0.5 s. The record is made by the record's own hashing and kept for the next run.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from infogere.fleet.models import OrderForm, Server
from infogere.policy.case import UNRECORDED
from infogere.policy.deciding import decide
from infogere.policy.oracle import Oracle
from infogere.policy.standing import standings
from infogere.record import chain
from infogere.record.entries import Decision, RunBegin, RunEnd, StateChange
from infogere.record.store import Store

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".infogere" / "bench"
TERMS = "HBT-20220901-01"
START = datetime(2026, 1, 5, tzinfo=UTC)
ASKED = datetime(2026, 6, 16, 8, tzinfo=UTC)
GOAL_SECONDS, GOAL_MIB, GOAL_COLD = 5.0, 500, 0.5
STATES = ("isolated", "network-cut", "suspended", "mail-suspended")
INSERT = "INSERT INTO record_entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


def name_of(number: int) -> str:
    return f"web{number}.customer{number % 2000}.example.net"


def fleet(size: int) -> list[Server]:
    """Servers of all levels, one order form each, a few private clouds."""
    levels = ("custom", "plesk", "custom", "supervision", "plesk", "basic")
    servers = []
    for number in range(size):
        private = number % 50 == 0
        form = {
            "id": f"OF-{number}",
            "customer": f"customer{number % 2000}",
            "level": "basic" if private else levels[number % len(levels)],
            "private_cloud": private,
            "commissioning_date": "2026-01-05",
            "options": {"backup": number % 3 == 0},
        }
        servers.append(Server(name_of(number), OrderForm.model_validate(form)))
    return servers


def entries(size: int, servers: int) -> Iterator[tuple[type, str, str, dict[str, Any]]]:
    """(model, server, contract, data) of every entry: runs and decisions, and a change of state in fifty."""
    dice = random.Random(20260616)  # noqa: S311 - the same record every time
    for number in range(size):
        server = number % servers if number < servers else dice.randrange(servers)
        where = (name_of(server), f"OF-{server}")
        match number % 50:
            case 0:
                state = dice.choice(STATES) if dice.random() < 0.05 else "active"
                data = {"from": "active", "to": state, "clause": "A-4.1.2-3", "requester": "ada", "reason": "bench"}
                yield (StateChange, *where, data)
            case rest if rest % 3 == 0:
                yield (Decision, *where, {"action": "patch-minor", "allowed": True, "reason": "bench"})
            case rest if rest % 3 == 1:
                yield (RunBegin, *where, {"playbook": "patch", "reason": "timer", "operator": "timer"})
            case _:
                yield (RunEnd, *where, {"outcome": "ok", "changed": 3})


def make_record(path: Path, size: int, servers: int) -> None:
    """A record with true chains, inserted in bulk past the store."""
    with Store(f"sqlite:///{path}", path.parent) as store:
        store.append(RunBegin(terms=TERMS, run="r", server="s", playbook="p", reason="hand", operator="o"), now=START)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    seq, head_hash = connection.execute("SELECT seq, hash FROM record_entry ORDER BY seq DESC LIMIT 1").fetchone()
    connection.execute("BEGIN")
    rows = sealed_rows(size - seq, servers, chain.Head(seq, head_hash))
    while batch := list(itertools.islice(rows, 20_000)):
        connection.executemany(INSERT, batch)
        print(f"\r  record: {batch[-1][0]:,} entries", end="", file=sys.stderr, flush=True)
    connection.execute("COMMIT")
    connection.close()
    print(file=sys.stderr)


def sealed_rows(size: int, servers: int, head: chain.Head) -> Iterator[tuple[Any, ...]]:
    heads: dict[str, chain.Head] = {}
    for number, (model, server, contract, data) in enumerate(entries(size, servers)):
        at = chain.instant_text(START + timedelta(seconds=10 * number))
        common = {"terms": TERMS, "run": "r", "server": server, "contract": contract, "at": at, "follows": None}
        sealed = chain.seal(
            common,
            data,
            kind=model.kind,
            clauses=model.clauses,
            recorded=at,
            salt=f"{number:032x}",
            head=head,
            contract_head=heads.get(contract, chain.EMPTY),
        )
        head = chain.Head(sealed.seq, sealed.hash)
        heads[contract] = chain.Head(sealed.contract_seq or 0, sealed.hash)
        yield (
            *(sealed.seq, sealed.hash, model.kind, at, "r"),
            *(server, contract, sealed.contract_seq, sealed.body),
        )


def decide_fleet(record: Path, size: int, action: str) -> None:
    """The measured part, in a process of its own, on one core; prints one line of figures."""
    servers = fleet(size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    oracle = Oracle()
    started = time.perf_counter()
    known = standings(f"sqlite:///{record}", None, ASKED)
    read = time.perf_counter() - started
    allowed = 0
    for server in servers:
        case = oracle.case(action, server, ASKED, standing=known.get(server.name, UNRECORDED))
        allowed += decide(case).allowed
    total = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{action:12} {size:,} servers in {total:.2f} s ({read:.2f} s to read {len(known):,} states), "
        f"{size / (total - read):,.0f} decisions/s, {allowed:,} allowed, "
        f"peak {peak:.0f} MiB ({before:.0f} MiB before) | of the goals: time {total / GOAL_SECONDS:.2f}, "
        f"memory {peak / GOAL_MIB:.2f}"
    )


def cold_start(runs: int) -> None:
    """``infogere may`` from process start to exit: the first time, and with the copy of the inventory."""
    command = [sys.executable, "-m", "infogere.cli.main", "may", "patch-minor"]
    command += ["--server", "web1.librairie-occitane.example", "-i", str(ROOT / "inventories/example")]
    command += ["--at", "2026-06-16T10:00"]
    state = tempfile.mkdtemp()
    environment = {**os.environ, "INFOGERE_STATE_DIR": state}

    def timed(arguments: list[str]) -> tuple[float, float]:
        """Wall and CPU seconds: on a busy machine only the second means anything."""
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(arguments, env=environment, capture_output=True, check=True)
        wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    first, _ = timed(command)
    later = [timed(command) for _ in range(runs)]
    bare = [timed([sys.executable, "-c", "import typer, pydantic, yaml"]) for _ in range(runs)]
    shutil.rmtree(state)
    median, cpu = (statistics.median(values) for values in zip(*later, strict=True))
    least = min(seconds for _, seconds in later)
    print(
        f"infogere may {median:.2f} s wall, {cpu:.2f} s of CPU (least {least:.2f}, n = {runs}), first {first:.2f} s "
        f"| of the goal {median / GOAL_COLD:.2f} wall, {cpu / GOAL_COLD:.2f} CPU; of importing its libraries "
        f"{cpu / statistics.median(seconds for _, seconds in bare):.2f}"
    )


def main() -> None:
    options = argparse.ArgumentParser(
        prog="bench/policy", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--servers", type=int, default=10_000)
    options.add_argument("--entries", type=int, default=1_000_000)
    options.add_argument("--runs", type=int, default=10, help="cold starts (default: 10)")
    options.add_argument("--fresh", action="store_true", help="make the record anew")
    options.add_argument("--decide", metavar="ACTION", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    record = FOLDER / f"policy-{chosen.entries}-{chosen.servers}" / "record.db"
    if chosen.decide:
        decide_fleet(record, chosen.servers, chosen.decide)
        return
    if chosen.fresh or not record.exists():
        shutil.rmtree(record.parent, ignore_errors=True)
        making = record.parent.with_suffix(".making")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        make_record(making / "record.db", chosen.entries, chosen.servers)
        making.rename(record.parent)
    for action in ("patch-minor", "backup"):
        size = ["--servers", str(chosen.servers), "--entries", str(chosen.entries)]
        subprocess.run([sys.executable, __file__, *size, "--decide", action], check=True)
    cold_start(chosen.runs)


if __name__ == "__main__":
    main()

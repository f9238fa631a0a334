"""The statement of one contract out of a large record, from process start to exit; then the same as PDF.

Goal: under 2 s for the page, out of 1,000,000 entries. The record holds 2,000 contracts with true chains; the
measured one has its share of everyday entries spread over the whole record, and the shipped example's month.
"""

from __future__ import annotations

import argparse
import itertools
import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from infogere.record import chain
from infogere.record.entries import Decision, Entry, RunBegin, RunEnd, fields_of
from infogere.record.kinds.maintenance import BackupDone
from infogere.record.store import Store
from infogere.statements import example

FOLDER = Path(__file__).resolve().parents[1] / ".infogere" / "bench"
TERMS = "HBT-20220901-01"
CONTRACT, MONTH = "OF-2026-0147", "2026-10"  # those of the example
START = datetime(2026, 3, 16, tzinfo=UTC)
CONTRACTS = 2000
GOAL_SECONDS = 2.0
INSERT = "INSERT INTO record_entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


def everyday() -> list[tuple[type[Entry], dict[str, object]]]:
    """What most entries of a record are."""
    common: dict[str, Any] = {"terms": TERMS, "run": "r", "server": "s", "at": START}
    night = {"day": "2026-03-16", "began": START, "ended": START, "outcome": "ok", "size_bytes": 10**9}
    entries = (
        Decision(**common, action="patch-minor", allowed=True, reason="inside the window"),
        RunBegin(**common, playbook="patch", reason="timer", operator="timer"),
        RunEnd(**common, outcome="ok", changed=3),
        BackupDone(**common, what="databases", **night),
        BackupDone(**common, what="files", **night),
    )
    return [(type(entry), fields_of(entry)[1]) for entry in entries]


def make_record(folder: Path, size: int) -> None:
    """Everyday entries in bulk past the store, then the example through it."""
    path = folder / "record.db"
    with Store(f"sqlite:///{path}", folder) as store:
        store.append(
            RunBegin(terms=TERMS, run="r", server="s", playbook="patch", reason="hand", operator="ada"), now=START
        )
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    seq, head_hash = connection.execute("SELECT seq, hash FROM record_entry ORDER BY seq DESC LIMIT 1").fetchone()
    connection.execute("BEGIN")
    rows = sealed_rows(size - seq, chain.Head(seq, head_hash))
    while batch := list(itertools.islice(rows, 20_000)):
        connection.executemany(INSERT, batch)
        print(f"\r  record: {batch[-1][0]:,} entries", end="", file=sys.stderr, flush=True)
    connection.execute("COMMIT")
    connection.close()
    print(file=sys.stderr)
    example.write(f"sqlite:///{path}", folder)


def sealed_rows(size: int, head: chain.Head) -> Iterator[tuple[Any, ...]]:
    heads: dict[str, chain.Head] = {}
    kinds = everyday()
    step = timedelta(days=200) / size
    for number in range(size):
        contract = CONTRACT if number % CONTRACTS == 0 else f"OF-{number % CONTRACTS}"
        model, data = kinds[number // CONTRACTS % len(kinds)]
        at = chain.instant_text(START + step * number)
        run, server = f"r{number // CONTRACTS // len(kinds)}", f"web1.{contract.lower()}.example.net"
        common = {"terms": TERMS, "run": run, "server": server, "contract": contract, "at": at, "follows": None}
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
        yield (sealed.seq, sealed.hash, model.kind, at, run, server, contract, sealed.contract_seq, sealed.body)


def timed(command: list[str], state: Path) -> tuple[float, float]:
    """Wall and CPU seconds of a process: on a busy machine only the second means anything."""
    environment = {**os.environ, "INFOGERE_STATE_DIR": str(state), "INFOGERE_PROVIDER": "Alba Hosting"}
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, env=environment, capture_output=True, check=True, cwd=state)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(state: Path, size: int, runs: int, *options: str) -> float:
    """One line for people; returns the median CPU seconds."""
    command = [sys.executable, "-m", "infogere.cli.main", "sla", "statement", "--contract", CONTRACT]
    command += ["--month", MONTH, "--draft", "--html", "statement.html", *options]
    timed(command, state)
    walls, cpus = zip(*(timed(command, state) for _ in range(runs)), strict=True)
    wall, cpu = statistics.median(walls), statistics.median(cpus)
    what = "page and PDF" if options else "page"
    print(
        f"{size:>9,} entries, {what}: {wall:.2f} s wall, {cpu:.2f} s of CPU (least {min(cpus):.2f}, n = {runs})"
        + ("" if options else f" | of the goal {wall / GOAL_SECONDS:.2f} wall, {cpu / GOAL_SECONDS:.2f} CPU")
    )
    return float(cpu)


def main() -> None:
    options = argparse.ArgumentParser(
        prog="bench/statement", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--entries", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], metavar="N")
    options.add_argument("--runs", type=int, default=5, help="for each size (default: 5)")
    options.add_argument("--fresh", action="store_true", help="make the records anew")
    chosen = options.parse_args()
    pages = []
    for size in chosen.entries:
        state = FOLDER / f"statement-{size}"
        if chosen.fresh or not state.exists():
            shutil.rmtree(state, ignore_errors=True)
            making = state.with_suffix(".making")
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir(mode=0o700, parents=True)
            make_record(making, size)
            making.rename(state)
        pages.append(measure(state, size, chosen.runs))
    paper = measure(state, size, chosen.runs, "--pdf")
    print(f"largest to smallest record {pages[-1] / pages[0]:.2f}; PDF to page {paper / pages[-1]:.2f}")


if __name__ == "__main__":
    main()

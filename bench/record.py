"""Write, verify and hand out the SLA record, at 10,000 to 1,000,000 entries.

Appends are counted on SQLite and on a PostgreSQL of this benchmark's own, each on disk before the next begins.
Verification and export run in processes of their own, on one core; seconds of CPU are the result, wall seconds are
for orientation.
Goal: 1,000,000 entries verified in under 20 s, in memory that does not grow. Records are kept for the next run.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import multiprocessing
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from infogere.lab import postgresql
from infogere.record import chain
from infogere.record.entries import Decision, Entry, RunBegin, RunEnd, fields_of
from infogere.record.examine import verify_lines
from infogere.record.export import export_lines
from infogere.record.store import Store
from infogere.record.verify import verify_record

FOLDER = Path(__file__).resolve().parents[1] / ".infogere" / "bench"
TERMS = "HBT-20220901-01"
START = datetime(2026, 1, 5, tzinfo=UTC)
GOAL_SECONDS = 20.0
CONTRACTS, BATCH, PER_DAY = 1000, 1000, 3000
LAST = "SELECT seq, hash FROM record_entry ORDER BY seq DESC LIMIT 1"
INSERT = "INSERT INTO record_entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
SIZES = (10_000, 100_000, 1_000_000)


def entries() -> Iterator[Entry]:
    """Runs and decisions of a thousand contracts, without end."""
    for number in itertools.count():
        place = number % CONTRACTS
        run = {"terms": TERMS, "run": f"r{number // CONTRACTS // 3}", "server": f"web{place}.example.net", "at": START}
        run["contract"] = f"OF-{place}"
        match number // CONTRACTS % 3:
            case 0:
                yield RunBegin(**run, playbook="patch", reason="timer", operator="timer")
            case 1:
                yield Decision(**run, action="patch-minor", allowed=True, clause="A-L4-11", reason="inside the window")
            case _:
                yield RunEnd(**run, outcome="ok", changed=3)


def last_day(size: int) -> datetime:
    """Day after the last entry of a record of so many."""
    return START + timedelta(days=size // PER_DAY + 1)


def make_record(path: Path, size: int) -> None:
    """A record with true chains: entries in bulk past the store, each day closed by the store itself."""
    with Store(f"sqlite:///{path}", path.parent) as store:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA synchronous = OFF")
        source, heads = entries(), {}
        for day in itertools.count():
            now = START + timedelta(days=day)
            store.close_days(TERMS, now=now)
            head = chain.Head(*(connection.execute(LAST).fetchone() or (0, chain.NOTHING)))
            if head.seq >= size:
                break
            rows = sealed_rows(itertools.islice(source, min(PER_DAY, size - head.seq)), now, head, heads)
            connection.execute("BEGIN")
            connection.executemany(INSERT, rows)
            connection.execute("COMMIT")
            print(f"\r  record: {head.seq:,} entries", end="", file=sys.stderr, flush=True)
        connection.close()
    print(file=sys.stderr)


def sealed_rows(
    source: Iterable[Entry], now: datetime, head: chain.Head, heads: dict[str | None, chain.Head]
) -> Iterator[tuple[Any, ...]]:
    recorded = chain.instant_text(now)
    for entry in source:
        common, data = fields_of(entry)
        sealed = chain.seal(
            common,
            data,
            kind=entry.kind,
            clauses=entry.clauses,
            recorded=recorded,
            salt=f"{head.seq:032x}",
            head=head,
            contract_head=heads.get(entry.contract, chain.EMPTY),
        )
        head = chain.Head(sealed.seq, sealed.hash)
        heads[entry.contract] = chain.Head(sealed.contract_seq or 0, sealed.hash)
        place = (entry.run, entry.server, entry.contract, sealed.contract_seq)
        yield (sealed.seq, sealed.hash, entry.kind, recorded, *place, sealed.body)


def appends(url: str, state_dir: Path, seconds: float, batch: int) -> int:
    """How many entries one process appends in so many seconds."""
    done, source, end = 0, entries(), time.perf_counter() + seconds
    with Store(url, state_dir, wait=60) as store:
        while time.perf_counter() < end:
            done += len(store.append_all(itertools.islice(source, batch)))
    return done


def _writer(url: str, state_dir: Path, seconds: float, answers: multiprocessing.Queue[int]) -> None:
    answers.put(appends(url, state_dir, seconds, 1))


def together(url: str, state_dir: Path, seconds: float, processes: int) -> int:
    """How many entries several processes append at once, one at a time each."""
    context = multiprocessing.get_context("spawn")
    answers: multiprocessing.Queue[int] = context.Queue()
    writers = [context.Process(target=_writer, args=(url, state_dir, seconds, answers)) for _ in range(processes)]
    for writer in writers:
        writer.start()
    total = sum(answers.get() for _ in writers)
    for writer in writers:
        writer.join()
    return total


def append_rates(name: str, url: str, state_dir: Path, seconds: float) -> None:
    with Store(url, state_dir) as store:
        store.append(next(entries()))
    single = appends(url, state_dir, seconds, 1) / seconds
    batched = appends(url, state_dir, seconds, BATCH) / seconds
    four = together(url, state_dir, seconds, 4) / seconds
    report = verify_record(url, state_dir)
    print(
        f"appends, {name:10} {single:,.0f}/s one by one, {batched:,.0f}/s in batches of {BATCH:,} "
        f"({batched / single:.0f} x), {four:,.0f}/s by 4 processes ({four / single:.2f} x); "
        f"{report.entries:,} entries, whole: {'yes' if report.whole else 'NO'}"
    )


def hashing() -> float:
    """Microseconds of CPU that one SHA-256 over a body's length takes in this process, now: the machine's yardstick."""
    body, rounds = bytes(600), 200_000
    started = time.process_time()
    for _ in range(rounds):
        hashlib.sha256(body).hexdigest()
    return (time.process_time() - started) / rounds * 1e6


def peak_memory() -> float:
    """MiB that this process had at most; `getrusage` would count those of the process that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def measured(work: str, size: int) -> None:
    """One measured piece of work, in a process of its own; prints one line of figures."""
    path = FOLDER / f"record-{size}" / "record.db"
    url, contract = f"sqlite:///{path}", "OF-7"
    exported = path.with_name("export.jsonl")
    yardstick = hashing()
    before = peak_memory()
    wall, cpu = time.perf_counter(), time.process_time()
    if work == "verify":
        report = verify_record(url, path.parent, now=last_day(size))
    elif work == "export":
        with exported.open("wb") as target:
            target.writelines(export_lines(url, path.parent, terms=TERMS, contract=contract, now=last_day(size)))
        report = None
    else:
        with exported.open("rb") as lines:
            report = verify_lines(lines)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    if report is not None and not report.whole:
        sys.exit(f"{work} of {size:,}: {[finding.message for finding in report.findings if finding.broken][:3]}")
    what = {
        "verify": f"verify {size:,} entries",
        "export": f"export 1 contract of {CONTRACTS:,} out of {size:,} entries ({exported.stat().st_size:,} bytes)"
        if exported.exists()
        else "",
        "verify-export": f"verify that export of {size:,} entries",
    }[work]
    goal = f" | of the goal {cpu / GOAL_SECONDS:.2f}" if (work, size) == ("verify", SIZES[-1]) else ""
    yardstick = (yardstick + hashing()) / 2
    each = cpu / size * 1e6
    print(
        f"{what}: {cpu:.2f} s of CPU, {wall:.2f} s wall, {each:.1f} us an entry, "
        f"{each / yardstick:.1f} x one SHA-256 ({yardstick:.2f} us), "
        f"peak {peak_memory():.0f} MiB ({before:.0f} MiB before){goal}",
        flush=True,
    )


def main() -> None:
    options = argparse.ArgumentParser(
        prog="bench/record", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--entries", type=int, nargs="+", default=SIZES, help="sizes of record (default: all three)")
    options.add_argument("--seconds", type=float, default=5.0, help="of appending, each (default: 5)")
    options.add_argument("--fresh", action="store_true", help="make the records anew")
    options.add_argument("--no-appends", action="store_true", help="leave out the appends")
    options.add_argument("--work", nargs=2, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.work:
        measured(chosen.work[0], int(chosen.work[1]))
        return
    if not chosen.no_appends:
        FOLDER.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
            append_rates("SQLite", f"sqlite:///{folder}/record.db", Path(folder), chosen.seconds)
        if postgresql.programs():
            with tempfile.TemporaryDirectory() as folder, postgresql.cluster(durable=True) as url:
                append_rates("PostgreSQL", url, Path(folder), chosen.seconds)
    for size in chosen.entries:
        folder = FOLDER / f"record-{size}"
        if chosen.fresh or not (folder / "record.db").exists():
            shutil.rmtree(folder, ignore_errors=True)
            making = folder.with_suffix(".making")
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir(parents=True)
            make_record(making / "record.db", size)
            making.rename(folder)
        for work in ("verify", "export", "verify-export"):
            subprocess.run([sys.executable, __file__, "--work", work, str(size)], check=True)


if __name__ == "__main__":
    main()

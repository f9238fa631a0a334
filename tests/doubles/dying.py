"""Forked processes that die: at a line of the record's own code, or at any moment."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import infogere.record.checkpoint  # noqa: F401 - once here, not in every child
from doubles.record_backend import DAY, begin, end
from infogere.record import chain, spool
from infogere.record.reading import Reader
from infogere.record.signatures import signature_fits
from infogere.record.store import Store
from infogere.record.verify import verify_record


def in_child(work: Callable[[Callable[[int], Any]], None]) -> tuple[list[int], bool, bool]:
    """Run ``work(acknowledge)`` in a forked process; (acknowledged numbers, killed by a signal, end of ``work``)."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reading)
            work(lambda number: os.write(writing, b"%d\n" % number))
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as answers:
        numbers = [int(line) for line in answers.read().splitlines() if line]
    _, status = os.waitpid(child, 0)
    return numbers, os.WIFSIGNALED(status), status == 0


def die_at(step: int) -> None:
    """Kill this process at the given line that the record's own code executes from here on."""
    left = step

    def trace(frame: Any, event: str, _argument: object) -> Any:
        nonlocal left
        if "/src/infogere/record/" not in frame.f_code.co_filename:
            return None
        if event == "line":
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)


def state_of(path: Path) -> tuple[int, int]:
    with sqlite3.connect(path) as connection:
        return connection.execute("SELECT count(*), coalesce(max(seq), 0) FROM record_entry").fetchone()


def check_deaths_by_line(state_dir: Path, *, new_day: bool, stride: int = 1) -> None:
    """Append to an empty SQLite record, killed at every ``stride``-th line from opening it to the witness.

    Args:
        new_day: each append also closes a day and takes in an entry that waits in the spool.
    """
    path = state_dir / "record.db"
    url = f"sqlite:///{path}"
    signature_fits("", "", b"")  # its library is imported now
    with Store(url, state_dir) as store:
        store.append_all([begin("a", None), begin("b")], now=DAY)
    now, acknowledged, spooled, step = DAY, 0, 0, 0
    while True:
        before, last = state_of(path)
        if new_day:
            now = DAY + timedelta(days=last)  # an append that came through has used its day up
            if not spool.count(state_dir)[0]:
                spool.put(state_dir, end(f"s{spooled}"), chain.new_salt())
                spooled += 1

        def append(acknowledge: Callable[[int], Any], step: int = step, now: Any = now) -> None:
            die_at(step)
            with Store(url, state_dir) as store:
                number = store.append(begin(f"r{step}"), now=now)
                sys.settrace(None)
                acknowledge(number)

        numbers, killed, ended_well = in_child(append)
        assert killed or ended_well
        acknowledged += len(numbers)
        count, last = state_of(path)
        assert count == last >= max([before, *numbers]), "a gap, or an acknowledged entry is gone"
        if not killed:
            break
        step += stride
    assert step > 100, "the append was not seen line by line"
    assert acknowledged
    findings = verify_record(url, state_dir, now=now).findings
    assert {finding.code for finding in findings} <= {"unfinished", "stray-end"}
    with Reader(url) as reader:
        ends = [entry.run for entry in reader.stream() if entry.kind == "run-end"]
    assert ends == [f"s{number}" for number in range(spooled)], "each that waited exactly once"


def check_deaths_at_random(state_dir: Path, times: int) -> None:
    """A stream of appends, killed so many times; between lines of ours is SQLite's own work."""
    path = state_dir / "record.db"
    url = f"sqlite:///{path}"
    dice, acknowledged = random.Random(4), []

    def append_for_ever(acknowledge: Callable[[int], Any], delay: float) -> None:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        with Store(url, state_dir) as store:
            signal.setitimer(signal.ITIMER_REAL, delay)
            while True:
                acknowledge(store.append(begin("r"), now=DAY))

    for _ in range(times):
        delay = dice.uniform(0.001, 0.03)
        numbers, killed, _ = in_child(lambda acknowledge, delay=delay: append_for_ever(acknowledge, delay))
        assert killed
        acknowledged += numbers
    assert acknowledged == sorted(set(acknowledged)), "a number was given twice"
    count, last = state_of(path)
    assert count == last >= len(acknowledged)
    assert verify_record(url, state_dir, now=DAY).whole

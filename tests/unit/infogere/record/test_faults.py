"""Death at every point of an append, a full disk, a file that cannot be written: no gap, no fork, nothing
acknowledged is lost. Each fault happens in a forked process, so that it is the real thing.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sqlite3
import sys
from datetime import timedelta

import pytest

from infogere.record import spool
from infogere.record.database import RecordError


def in_child(work):
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


def die_at(step):
    """Kill this process at the given line that the record's own code executes from here on."""
    left = step

    def trace(frame, event, _argument):
        nonlocal left
        if "infogere/record" not in frame.f_code.co_filename:
            return None
        if event == "line":
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)


def state_of(book):
    with sqlite3.connect(book.path) as connection:
        return connection.execute("SELECT count(*), coalesce(max(seq), 0) FROM record_entry").fetchone()


@pytest.mark.parametrize("new_day", [False, True], ids=["plain", "new day and spool"])
def test_killed_at_every_line_of_an_append(book, make, new_day):
    """Every line, from opening the record to the witness, is the last one once."""
    book.append(make.begin(contract=None), make.begin())
    now, acknowledged, spooled = make.day, [], 0
    for step in range(1000):
        before, last = state_of(book)
        if new_day:
            now = make.day + timedelta(days=last)  # an append that came through has used its day up
            if not spool.count(book.state_dir)[0]:
                spool.put(book.state_dir, make.end(run=f"s{spooled}"))
                spooled += 1

        def append(acknowledge, step=step, now=now):
            die_at(step)
            with book.store() as store:
                number = store.append(make.begin(run=f"r{step}"), now=now)
                sys.settrace(None)
                acknowledge(number)

        numbers, killed, ended_well = in_child(append)
        assert killed or ended_well
        acknowledged += numbers
        count, last = state_of(book)
        assert count == last >= max([before, *numbers]), "a gap, or an acknowledged entry is gone"
        if not killed:
            break
    assert step > 100, "the append was seen line by line"
    assert acknowledged
    assert {finding.code for finding in book.verify(now=now).findings} <= {"unfinished", "stray-end"}
    with book.reader() as reader:
        ends = [entry.run for entry in reader.stream() if entry.kind == "run-end"]
    assert ends == [f"s{number}" for number in range(spooled)], "each that waited exactly once"


def test_killed_at_any_moment_also_inside_the_database(book, make):
    """Between lines of ours is SQLite's own work: kills at random moments of a stream of appends."""
    dice, acknowledged = random.Random(4), []

    def append_for_ever(acknowledge):
        signal.setitimer(signal.ITIMER_REAL, dice.uniform(0.001, 0.03))
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        with book.store() as store:
            while True:
                acknowledge(store.append(make.begin()))

    for _ in range(60):
        numbers, killed, _ = in_child(append_for_ever)
        assert killed
        acknowledged += numbers
    assert acknowledged == sorted(set(acknowledged)), "a number was given twice"
    count, last = state_of(book)
    assert count == last >= len(acknowledged)
    assert {finding.code for finding in book.verify().findings if finding.broken} == set()


def test_a_full_disk_stops_the_run_and_leaves_the_record_whole(book, make):
    """No file may grow beyond what it is: the record, its log and the spool."""
    book.append(make.begin())

    def append_until_full(acknowledge):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        with book.store() as store, pytest.raises(RecordError, match=r"cannot be used: .* -> check the file"):  # noqa: PT012
            while True:
                acknowledge(store.append(make.begin()))

    numbers, _, ended_well = in_child(append_until_full)
    assert ended_well, "a full disk is one line, not a traceback"
    assert numbers
    report = book.verify()
    assert report.whole
    assert report.entries >= len(numbers)
    book.append(make.begin())
    assert book.verify().entries == report.entries + 1


def test_an_end_on_a_full_disk_says_that_it_is_lost(book, make):
    book.append(make.begin())

    def spool_until_full(acknowledge):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
        with pytest.raises(RecordError, match="neither the record nor its spool"):  # noqa: PT012
            for number in range(1000):
                spool.put(book.state_dir, make.end(run=f"s{number}"))
                acknowledge(number)

    numbers, _, ended_well = in_child(spool_until_full)
    assert ended_well
    book.append(make.begin())
    with book.reader() as reader:
        assert [entry.run for entry in reader.stream() if entry.kind == "run-end"] == [f"s{n}" for n in numbers]


@pytest.mark.skipif(not shutil.which("setpriv") or os.geteuid() != 0, reason="needs another user")
def test_a_record_of_another_user_is_refused_in_one_line(book, make):
    book.append(make.begin())

    def append_as_nobody(acknowledge):
        os.setgid(65534)
        os.setuid(65534)
        try:
            with book.store() as store:
                store.append(make.begin())
        except RecordError:
            acknowledge(1)

    for path in (*book.state_dir.parents[:3], book.state_dir):
        path.chmod(0o755)
    book.path.chmod(0o444)
    numbers, _, _ = in_child(append_as_nobody)
    assert numbers == [1]
    assert book.verify().entries == 1

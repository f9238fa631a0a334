"""Death in the middle of an append, a full disk, a file that cannot be written: no gap, no fork, nothing
acknowledged is lost. Each fault happens in a forked process, so that it is the real thing.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal

import pytest

from doubles.dying import check_deaths_at_random, check_deaths_by_line, in_child
from infogere.record import chain, spool
from infogere.record.database import RecordError


@pytest.mark.parametrize(("new_day", "stride"), [(False, 5), (True, 41)], ids=["plain", "new day and spool"])
def test_killed_in_the_middle_of_an_append(book, new_day, stride):
    """Every few lines here; at many more: tests/faults/test_record_faults.py."""
    check_deaths_by_line(book.state_dir, new_day=new_day, stride=stride)


def test_killed_at_any_moment(book):
    check_deaths_at_random(book.state_dir, 15)


def test_a_full_disk_stops_the_run_and_leaves_the_record_whole(book, make):
    """No file may grow beyond what it is: the record, its log and the spool."""
    book.append(make.begin())

    def append_until_full(acknowledge):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        with book.store() as store, pytest.raises(RecordError, match=r"cannot be used: .* -> check the file"):  # noqa: PT012
            while True:
                acknowledge(store.append(make.begin(), now=make.day))

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
                spool.put(book.state_dir, make.end(run=f"s{number}"), chain.new_salt())
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

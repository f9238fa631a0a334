"""The same record in a real PostgreSQL, started for this test as an unprivileged user."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from infogere.record.database import RecordError
from infogere.record.examine import verify_lines
from infogere.record.export import export_lines
from infogere.record.reading import Reader
from infogere.record.store import Store
from infogere.record.verify import verify_record

psycopg = pytest.importorskip("psycopg")
PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
pytestmark = pytest.mark.skipif(not PROGRAMS, reason="PostgreSQL's server is not installed")


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Address of a fresh cluster that listens on a socket only; initdb refuses to run as root."""
    # Not tmp_path: its parents are closed to other users, and a socket path has at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="infogere-pg-"))
    user = "nobody" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [str(PROGRAMS[-1] / program), "-D", str(folder / "data"), *arguments],
            user=user,
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    try:
        run("initdb", "--username=infogere", "--auth=trust", "--no-sync", "--encoding=UTF8")
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        run("pg_ctl", "start", "--wait", "--log", str(folder / "log"), "--options", options)
        try:
            yield f"postgresql://infogere@/postgres?host={folder}"
        finally:
            run("pg_ctl", "stop", "--mode=immediate")
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def url(cluster: str) -> str:
    """A record without entries: its own schema, so that no test sees another's."""
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return cluster


def test_append_read_verify_export(url, tmp_path, make):
    for day in range(2):
        with Store(url, tmp_path) as store:
            store.append(make.begin(run=f"r{day}"), now=make.day + timedelta(days=day))
            store.append(make.end(run=f"r{day}"), now=make.day + timedelta(days=day))
    with Store(url, tmp_path) as store:
        store.append(make.isolation("web1"), now=make.day + timedelta(days=1))
    report = verify_record(url, tmp_path, now=make.day + timedelta(days=1))
    assert (report.findings, report.entries, report.checkpoints) == ((), 6, 1)
    with Reader(url) as reader:
        assert [entry.seq for entry in reader.entries(kind="run-begin")] == [1, 4]
        assert [entry.seq for entry in reader.entries(since=make.day + timedelta(days=1))] == [3, 4, 5, 6]
        assert reader.latest_states()["web1"].data["to"] == "isolated"
        assert reader.latest_states(["web1"])["web1"].seq == 6
        assert reader.unfinished() == []
    lines = export_lines(url, tmp_path, terms=make.terms, contract="BC-1", now=make.day + timedelta(days=1))
    assert verify_lines(lines).whole


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record_entry SET server = 'other'",
        "DELETE FROM record_entry",
        "TRUNCATE record_entry",
        "INSERT INTO record_entry (seq, hash, kind, recorded, body) VALUES (9, 'x', 'k', 't', 'b')",
        "INSERT INTO record_entry (seq, hash, kind, recorded, contract, contract_seq, body)"
        " VALUES (2, 'x', 'k', 't', 'BC-1', 9, 'b')",
        "INSERT INTO record_entry (seq, hash, kind, recorded, body) VALUES (1, 'x', 'k', 't', 'b')"
        " ON CONFLICT (seq) DO UPDATE SET body = 'b'",
    ],
)
def test_guarded(url, tmp_path, make, statement):
    with Store(url, tmp_path) as store:
        store.append(make.begin())
    with psycopg.connect(url, autocommit=True) as connection, pytest.raises(psycopg.Error, match="SLA record"):
        connection.execute(statement)
    assert verify_record(url, tmp_path).entries == 1


def _append_many(url, state_dir, make, writer):
    for number in range(10):
        with Store(url, state_dir) as store:
            store.append(make.begin(run=f"{writer}-{number}", contract=f"BC-{writer % 2}"), now=make.day)


def test_writers_at_once_make_one_chain_also_on_first_use(url, tmp_path, make):
    spawn = multiprocessing.get_context("fork")
    writers = [spawn.Process(target=_append_many, args=(url, tmp_path, make, number)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    assert [writer.exitcode for writer in writers] == [0] * 4
    report = verify_record(url, tmp_path)
    assert (report.entries, report.whole) == (40, True)


def test_a_changed_row_is_named(url, tmp_path, make):
    with Store(url, tmp_path) as store:
        store.append(make.begin(), now=make.day)
        store.append(make.end(), now=make.day)
    with psycopg.connect(url, autocommit=True) as connection:
        # The owner gives itself back what was revoked, and takes the guards away.
        connection.execute("GRANT UPDATE ON record_entry TO CURRENT_USER")
        connection.execute("ALTER TABLE record_entry DISABLE TRIGGER ALL")
        connection.execute("UPDATE record_entry SET body = 'x' WHERE seq = 2")
    codes = [(finding.code, finding.seq) for finding in verify_record(url, tmp_path).findings]
    assert ("entry", 2) in codes
    assert ("guards", None) in codes


def test_a_locked_record_is_an_error_in_one_line(url, tmp_path, make):
    from infogere.record.database import WRITER_LOCK

    with psycopg.connect(url) as holder, Store(url, tmp_path, wait=0.2) as store:
        holder.execute("SELECT pg_advisory_xact_lock(%s)", [WRITER_LOCK])
        with pytest.raises(RecordError, match="lock timeout") as caught:
            store.append(make.begin())
    assert "\n" not in str(caught.value)


def test_a_password_stays_out_of_the_error(tmp_path):
    with pytest.raises(RecordError) as caught:
        Store("postgresql://infogere:CANARY@/none?host=/nowhere", tmp_path)
    assert "CANARY" not in str(caught.value)

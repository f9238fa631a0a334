"""The same record in a real PostgreSQL, started for this test as an unprivileged user.

``tests/integration/test_record_postgresql.py`` does it on a server, as Debian installs it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from doubles import record_backend as backend
from infogere.lab import postgresql
from infogere.record.database import RecordError, connect
from infogere.record.store import Store
from infogere.record.verify import verify_record

psycopg = pytest.importorskip("psycopg")
pytestmark = [
    pytest.mark.programs,
    pytest.mark.skipif(not postgresql.programs(), reason="PostgreSQL's server is not installed"),
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    with postgresql.cluster() as url:
        yield url


@pytest.fixture
def url(cluster: str) -> str:
    """A record without entries: its own schema, so that no test sees another's."""
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return cluster


def test_one_writer(url, tmp_path):
    backend.check_one_writer(url, tmp_path)


def test_writers_at_once_also_on_first_use(url, tmp_path):
    backend.check_writers_at_once(url, tmp_path)


def test_migrations(url, tmp_path):
    backend.check_migrations(url, tmp_path)


@pytest.fixture
def guarded(url, tmp_path):
    """A record with one entry, and a role that may only read and append."""
    with Store(url, tmp_path) as store:
        store.append(backend.begin("r1"))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS controller")
        connection.execute("CREATE ROLE controller LOGIN")
        connection.execute("GRANT USAGE ON SCHEMA public TO controller")
        connection.execute("GRANT SELECT, INSERT ON record_entry TO controller")
        connection.execute("GRANT SELECT ON record_version TO controller")
    yield url
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP OWNED BY controller")
        connection.execute("DROP ROLE controller")


@pytest.mark.parametrize("session", ["", "SET session_replication_role = replica"])
@pytest.mark.parametrize("statement", backend.FORBIDDEN)
def test_guarded(guarded, tmp_path, statement, session):
    with psycopg.connect(guarded, autocommit=True) as connection:
        connection.execute(session or "SELECT 1")
        with pytest.raises(psycopg.Error, match="SLA record"):
            connection.execute(statement)
    assert verify_record(guarded, tmp_path).entries == 1


def test_a_role_without_more_rights_writes_and_verifies(guarded, tmp_path):
    as_controller = guarded.replace("infogere@", "controller@", 1)
    with Store(as_controller, tmp_path) as store:
        store.append(backend.end("r1"))
    assert verify_record(as_controller, tmp_path).findings == ()
    with psycopg.connect(as_controller, autocommit=True) as connection:
        for statement in backend.FORBIDDEN:
            with pytest.raises(psycopg.Error, match=r"permission denied|SLA record"):
                connection.execute(statement)
        with pytest.raises(psycopg.Error, match="must be owner"):
            connection.execute("ALTER TABLE record_entry DISABLE TRIGGER ALL")


def test_a_changed_row_is_named(url, tmp_path, make):
    with Store(url, tmp_path) as store:
        store.append(make.begin(), now=make.day)
        store.append(make.end(), now=make.day)
    with psycopg.connect(url, autocommit=True) as connection:
        # The owner gives itself back what was revoked, and takes the guards away.
        connection.execute("GRANT UPDATE ON record_entry TO CURRENT_USER")
        connection.execute("ALTER TABLE record_entry DISABLE TRIGGER record_entry_no_update")
        connection.execute("UPDATE record_entry SET server = 'other' WHERE seq = 2")
    codes = [(finding.code, finding.seq) for finding in verify_record(url, tmp_path, now=make.day).findings]
    assert ("guards", None) in codes
    assert ("metadata", 2) in codes


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


@pytest.mark.parametrize("moment", ["before BEGIN", "before COMMIT"])
def test_a_server_that_goes_away_between_two_statements_is_one_error(url, tmp_path, moment):
    with Store(url, tmp_path) as store:
        store.append(backend.begin("r1"))
    database = connect(url, create=False)

    def cut_off():
        ((process,),) = database.rows("SELECT pg_backend_pid()")
        with psycopg.connect(url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [process])

    if moment == "before BEGIN":
        cut_off()
    with pytest.raises(RecordError, match="cannot be used"), database.writing():
        cut_off()
    with Store(url, tmp_path) as store:
        assert store.append(backend.begin("r2")) == 2

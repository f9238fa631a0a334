"""The record on a server's PostgreSQL, as Debian installs it: over TLS, owned by one role, written by another that
may only read and append.
"""

from __future__ import annotations

import os

import pytest

from doubles import record_backend as backend
from infogere.record import migrate
from infogere.record.database import RecordError
from infogere.record.store import Store
from infogere.record.verify import verify_record

psycopg = pytest.importorskip("psycopg")
pytestmark = pytest.mark.lab

SET_UP = """
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq -y --no-install-recommends postgresql ssl-cert >/dev/null
cd /etc/postgresql/*/main
echo "listen_addresses = '*'" > conf.d/infogere.conf
echo "hostssl record owner,controller all scram-sha-256" >> pg_hba.conf
systemctl restart postgresql
"""
ROLES = """
CREATE ROLE owner LOGIN PASSWORD 'secret-of-owner';
CREATE ROLE controller LOGIN PASSWORD 'secret-of-controller';
"""


@pytest.fixture(scope="module")
def database_server(lab):
    """A bare server on which PostgreSQL was installed, with two roles."""
    server = lab.bare("database")
    done = server.run("sh", SET_UP)
    assert done.returncode == 0, done.stderr
    administer(server, ROLES)
    return server


def administer(server, statement):
    done = server.run("runuser -u postgres -- psql -v ON_ERROR_STOP=1", statement)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def database(database_server):
    """Addresses of an empty database: (as its owner, as the controller)."""
    administer(database_server, "DROP DATABASE IF EXISTS record WITH (FORCE);")
    administer(database_server, "CREATE DATABASE record OWNER owner;")
    place = f"@{database_server.address}/record?sslmode=require"
    return f"postgresql://owner:secret-of-owner{place}", f"postgresql://controller:secret-of-controller{place}"


def empty(url):
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS record_entry, record_version")
        connection.execute("DROP FUNCTION IF EXISTS record_entry_refuse, record_entry_check_turn")


def test_the_record_on_a_server(database, tmp_path):
    owner, controller = database
    for number, check in enumerate((backend.check_migrations, backend.check_one_writer, backend.check_writers_at_once)):
        empty(owner)
        state_dir = tmp_path / str(number)
        state_dir.mkdir()
        check(owner, state_dir)

    empty(owner)
    with pytest.raises(RecordError, match="permission denied"):
        Store(controller, tmp_path)
    migrate.bring_to(owner, migrate.HEAD)
    with psycopg.connect(owner, autocommit=True) as connection:
        assert connection.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone() == (True,)
        connection.execute("GRANT SELECT, INSERT ON record_entry TO controller")
        connection.execute("GRANT SELECT ON record_version TO controller")
    backend.check_writers_at_once(controller, tmp_path, processes=4, each=15)
    for role in database:
        with psycopg.connect(role, autocommit=True) as connection:
            for statement in backend.FORBIDDEN:
                with pytest.raises(psycopg.Error, match=r"SLA record|permission denied"):
                    connection.execute(statement)
    assert verify_record(controller, tmp_path, now=backend.DAY).entries == 60


def test_the_server_goes_away_in_the_middle(database, database_server, tmp_path):
    """Killed while four write: what was acknowledged is there, and there is no gap."""
    owner, _ = database
    with Store(owner, tmp_path) as store:
        store.append(backend.begin("r0"), now=backend.DAY)
    reading, writing = os.pipe()
    writers = []
    for writer in range(4):
        writers.append(os.fork())
        if writers[-1] == 0:
            try:
                with Store(owner, tmp_path) as store:
                    while True:
                        number = store.append(backend.begin(f"{writer}"), now=backend.DAY)
                        os.write(writing, b"%d\n" % number)
            except RecordError:
                os._exit(0)
            finally:
                os._exit(1)
    os.close(writing)
    with os.fdopen(reading, "rb") as answers:
        acknowledged = [int(answers.readline()) for _ in range(100)]
        again = database_server.run(
            "pkill -9 -o -u postgres postgres; while pgrep -u postgres postgres; do sleep 0.1; done;"
            " systemctl restart 'postgresql@*'"
        )
        assert again.returncode == 0, again.stderr
        acknowledged += [int(line) for line in answers.read().splitlines()]
    assert [os.waitpid(writer, 0)[1] for writer in writers] == [0] * 4, (
        "each writer said in one error that the server is gone"
    )
    assert sorted(acknowledged) == sorted(set(acknowledged))
    report = verify_record(owner, tmp_path, now=backend.DAY)
    assert report.whole
    assert report.entries >= max(acknowledged)

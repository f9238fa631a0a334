"""``kill -9`` of ``ansible-playbook`` at any moment, and the same request again: the effect happens exactly once."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
import uuid

import pytest

from infogere.lab import plays

pytestmark = pytest.mark.lab

SITES, DATABASES = 8, 4  # kills of each kind
PATIENCE = 180  # seconds for one run


@pytest.fixture
def run(server, tmp_path):
    """``run(request, kill_after)``: seconds that a run of ``provision`` took; ended by ``kill -9`` if told when."""

    def call(request, kill_after=None):
        path = tmp_path / "request.json"
        path.write_text(json.dumps({"request": request}))
        started = time.monotonic()
        process = subprocess.Popen(
            plays.command("infogere.hosting.provision", server.inventory, path),
            env=plays.environment(server.state_dir),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        if kill_after is None:
            said, _ = process.communicate(timeout=PATIENCE)
            assert process.returncode == 0, said
            return time.monotonic() - started
        time.sleep(kill_after)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return kill_after

    return call


@pytest.fixture(scope="module")
def durations():
    """Seconds of an undisturbed run, by kind: the kills are spread over it, however slow the machine is."""
    return {}


def moments(number):
    """Parts of a run, one drawn at random from each of ``number`` equal slices; the same in every session."""
    draw = random.Random(number)
    return [round((slot + draw.random()) / number, 2) for slot in range(number)]


@pytest.mark.parametrize("part", moments(SITES))
def test_a_site_is_made_once(server, run, durations, part):
    if "vhost" not in durations:
        name = f"whole-{uuid.uuid4().hex[:8]}.example.com"
        durations["vhost"] = run({"kind": "vhost", "server": server.name, "name": name})
    mark = uuid.uuid4().hex[:8]
    site = f"once-{mark}.example.com"
    request = {"kind": "vhost", "server": server.name, "name": site, "operation_id": f"test-{mark}"}
    run(request, part * durations["vhost"])
    run(request)

    assert server.run(f"getent passwd | grep -c '^site-once-{mark}'").stdout.strip() == "1"
    entry = json.loads(server.run(f"cat /var/lib/infogere/operations/test-{mark}.json").stdout)
    assert entry["result"]["status"] == 200
    assert json.loads(server.run(f"cat /var/lib/infogere/objects/vhost/{site}.json").stdout)["ready"]
    assert server.run("ls /var/lib/infogere/transactions").stdout.strip() == ""
    first = server.run(f"stat -c %i:%Y /var/lib/infogere/operations/test-{mark}.json").stdout
    run(request)
    assert server.run(f"stat -c %i:%Y /var/lib/infogere/operations/test-{mark}.json").stdout == first


@pytest.mark.parametrize("part", moments(DATABASES))
def test_a_database_is_archived_and_dropped_once(server, run, durations, part):
    mark = uuid.uuid4().hex[:8]
    name = f"once_{mark}"
    made = run({"kind": "database", "server": server.name, "name": name})
    durations.setdefault("database", made)
    server.run("mariadb", data=f"CREATE TABLE {name}.kept (a INT); INSERT INTO {name}.kept VALUES (42);")
    removal = {
        "kind": "database",
        "server": server.name,
        "name": name,
        "state": "absent",
        "operation_id": f"drop-{mark}",
    }
    run(removal, part * durations["database"])
    run(removal)

    assert server.run(f"mariadb -BNe \"SHOW DATABASES LIKE '{name}'\"").stdout == ""
    archive = json.loads(server.run(f"cat /var/lib/infogere/operations/drop-{mark}.json").stdout)["result"]["archive"]
    dump = server.run(f"zstd -dc {archive}").stdout
    assert "INSERT INTO `kept`" in dump
    assert "(42)" in dump
    assert server.run(f"find /var/backups/infogere/archive/database -name '.{name}*'").stdout == ""

"""A converge that cannot go well: one clear line, services up, nothing half done, and the next run heals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
import yaml

from infogere.lab import plays, podman, servers

pytestmark = pytest.mark.lab

SITE = "infogere.hosting.site"
PATIENCE = 300  # seconds
UNITS = "nginx apache2 mariadb postfix dovecot rspamd proftpd fail2ban nftables"
FAULTY_PACKAGE = """
set -e
mkdir -p /srv/faulty/pkg/DEBIAN && cd /srv/faulty
cat > pkg/DEBIAN/control <<END
Package: infogere-faulty
Version: 1
Architecture: all
Maintainer: t <t@example.com>
Description: fails while /run/faulty is there
END
printf '#!/bin/sh\\nif [ -e /run/faulty ]; then echo no luck; exit 1; fi\\n' > pkg/DEBIAN/postinst
chmod 755 pkg/DEBIAN/postinst
dpkg-deb --build pkg faulty.deb > /dev/null
{ dpkg-deb --field faulty.deb; echo Filename: ./faulty.deb; echo Size: $(stat -c %s faulty.deb)
  echo SHA256: $(sha256sum faulty.deb | cut -d ' ' -f 1); } > Packages
echo 'deb [trusted=yes] file:/srv/faulty ./' > /etc/apt/sources.list.d/faulty.list
touch /run/faulty
"""


@pytest.fixture(autouse=True)
def own_record(tmp_path, monkeypatch) -> None:
    """A record in which nobody else begins a run."""
    monkeypatch.setenv("INFOGERE_RECORD_URL", f"sqlite:///{tmp_path / 'record.db'}")


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """What a run said, on one line; asserts that it failed without a traceback."""
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    return " ".join(said.split())


def all_units_run(server) -> bool:
    return server.run(f"systemctl is-active {UNITS}").returncode == 0


def findings(server) -> str:
    """What ``infogere record verify`` says, as an administrator sees it."""
    done = subprocess.run(
        [sys.executable, "-m", "infogere.cli.main", "record", "verify"],
        env=plays.environment(server.state_dir),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def heals(server) -> None:
    """The next run repairs, the one after changes nothing, and everything runs."""
    healed = server.playbook(SITE)
    assert healed.returncode == 0, healed.stdout
    again = server.playbook(SITE)
    assert "changed=0 " in again.stdout, again.stdout
    assert all_units_run(server)
    assert server.run("ls -A /var/lib/infogere/transactions /var/lib/infogere/pending").stdout.split() == [
        "/var/lib/infogere/pending:",
        "/var/lib/infogere/transactions:",
    ]


def test_what_cannot_go_well_is_refused_before_anything_is_changed(fresh_server) -> None:
    before = fresh_server.run("cat /var/lib/dpkg/status; ls -lR /etc").stdout

    said = one_line(fresh_server.playbook(SITE, {"php_versions": ["5.6"]}))
    assert "PHP 5.6 is not on the published list [A-L3-4] -> choose from" in said

    said = one_line(fresh_server.playbook(SITE, {"packages_space_mb": 10**9}))
    assert "MiB free and the packages need" in said
    assert "make room and start again" in said

    release = fresh_server.run("cat /etc/os-release").stdout
    fresh_server.run("cat > /etc/os-release", data='ID=ubuntu\nVERSION_ID="24.04"\nVERSION_CODENAME=noble\n')
    said = one_line(fresh_server.playbook(SITE))
    assert "runs Ubuntu" in said
    assert "reinstall it with Debian 12 or 13" in said
    fresh_server.run("cat > /etc/os-release", data=release)

    assert fresh_server.run("cat /var/lib/dpkg/status; ls -lR /etc").stdout == before


def test_a_package_that_fails_is_named_and_finished_by_the_next_run(server, tmp_path) -> None:
    play = tmp_path / "packages.yml"
    role = {"role": "infogere.hosting.packages", "packages_names": ["infogere-faulty"]}
    play.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "roles": [role]}]))
    assert server.run(FAULTY_PACKAGE).returncode == 0

    said = one_line(server.playbook(str(play)))
    assert "apt-get install failed" in said
    assert "infogere-faulty" in said
    assert "start again" in said
    assert server.run("test -e /usr/sbin/policy-rc.d").returncode != 0
    assert all_units_run(server)

    server.run("rm /run/faulty")
    healed = server.playbook(str(play))
    assert healed.returncode == 0, healed.stdout
    assert "install ok installed" in server.run("dpkg-query -W -f '${Status}' infogere-faulty").stdout
    server.run("apt-get -y -q purge infogere-faulty; rm -r /etc/apt/sources.list.d/faulty.list /srv/faulty")


def start_changing(server, tmp_path, days: int) -> subprocess.Popen[str]:
    """A converge that has something to change, started and left running."""
    variables = tmp_path / "variables.json"
    variables.write_text(f'{{"logging_archive_days": {days}, "nginx_body_mb": 17}}')
    return subprocess.Popen(
        plays.command(SITE, server.inventory, variables),
        env={**plays.environment(server.state_dir), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def read_until(process: subprocess.Popen[str], words: str) -> None:
    """Return when the run prints ``words``."""
    deadline = time.monotonic() + PATIENCE
    for line in process.stdout:
        if words in line:
            return
        assert time.monotonic() < deadline
    pytest.fail(f"the run ended before it said {words!r}")


@pytest.mark.parametrize("task", ["Configure logs and their archive", "Configure nginx", "Bring all units"])
def test_a_killed_run_is_a_finding_and_the_next_one_heals(server, tmp_path, task) -> None:
    unfinished = findings(server).count("no end")
    process = start_changing(server, tmp_path, days=400)
    read_until(process, task)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert all_units_run(server)
    assert findings(server).count("no end") == unfinished + 1
    heals(server)


def test_a_server_that_goes_away_ends_its_run_and_heals_when_it_is_back(spare_server, tmp_path) -> None:
    unfinished = findings(spare_server).count("no end")
    process = start_changing(spare_server, tmp_path, days=401)
    read_until(process, "Configure logs and their archive")
    podman.run("kill", spare_server.machine.container)
    said, _nothing = process.communicate(timeout=PATIENCE)
    assert process.returncode != 0
    assert " does not answer: " in said
    assert findings(spare_server).count("no end") == unfinished

    servers.up(spare_server.machine.name, spare_server.machine.image)
    heals(spare_server)

"""What happens around an update on a real server: no archive, no lock, no controller, no line, no room."""

from __future__ import annotations

import os
import re
import signal

import pytest

from doubles.update_bench import daemon, package, runs_of

pytestmark = pytest.mark.lab


def test_an_archive_that_vanished_leaves_everything_as_it_was(bench):
    bench.offer(package("lab-gone", "1.0.1"))
    bench.install("lab-gone")
    bench.offer(package("lab-gone", "1.0.2"))
    bench.plan()
    bench.server.run("rm -rf /srv/archive")
    done = bench.apply()
    assert done.returncode != 0
    assert "nothing was changed" in " ".join(done.stdout.split())
    assert bench.version("lab-gone") == "1.0.1"
    planned = bench.server.playbook("infogere.hosting.patch_plan")
    assert planned.returncode != 0
    assert "apt-get update failed" in planned.stdout


# Holds dpkg's lock until the file appears, as another apt would.
LOCKER = """
import fcntl, os, time
lock = open("/var/lib/dpkg/lock-frontend", "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
open("/run/lab-locked", "w").close()
while not os.path.exists("/run/lab-unlock"):
    time.sleep(0.1)
"""


def test_another_apt_is_waited_for(bench):
    bench.offer(package("lab-lock", "1.0.1"))
    bench.install("lab-lock")
    bench.offer(package("lab-lock", "1.0.2"))
    bench.plan()
    bench.server.run("rm -f /run/lab-*; cat > /srv/locker.py", LOCKER)
    bench.server.run("nohup python3 /srv/locker.py >/dev/null 2>&1 & until test -e /run/lab-locked; do sleep 0.1; done")
    run = bench.start()
    # The bracket keeps this very command from being found.
    bench.wait_for("pgrep -f '[a]pt-get install.*lab-lock=1.0.2'")
    bench.server.run("touch /run/lab-unlock")
    assert run.wait(300) == 0
    assert bench.version("lab-lock") == "1.0.2"


def test_a_killed_controller_leaves_no_half_update(bench):
    bench.offer(package("lab-long", "1.0.1"))
    bench.install("lab-long")
    wait = "touch /run/lab-waits; until test -e /run/lab-go; do sleep 0.1; done"
    bench.offer({**package("lab-long", "1.0.2"), "postinst": wait})
    plan = bench.plan()
    bench.server.run("rm -f /run/lab-*")
    run = bench.start()
    bench.wait_for("test -e /run/lab-waits")
    os.killpg(run.pid, signal.SIGKILL)
    bench.server.run("touch /run/lab-go")
    again = bench.apply()
    assert again.returncode == 0, again.stdout
    assert bench.version("lab-long") == "1.0.2"
    (updated,) = runs_of(bench.server, plan)
    assert [(c["package"], c["candidate"]) for c in updated["data"]["changes"]] == [("lab-long", "1.0.2")]


def test_a_lost_connection_does_not_stop_the_server(bench):
    bench.offer(package("lab-long", "1.0.1"))
    bench.install("lab-long")
    wait = "touch /srv/waits; until test -e /srv/go; do sleep 0.1; done"
    bench.offer({**package("lab-long", "1.0.2"), "postinst": wait})
    plan = bench.plan()
    bench.server.run("rm -f /srv/waits /srv/go")
    run = bench.start()
    bench.wait_for("test -e /srv/waits")
    bench.cut()
    try:
        assert run.wait(300) != 0  # it says so by itself, and does not wait for ever
    finally:
        bench.mend()
        bench.server.run("touch /srv/go")
    again = bench.apply()
    assert again.returncode == 0, again.stdout
    assert bench.version("lab-long") == "1.0.2"
    assert [c["package"] for entry in runs_of(bench.server, plan) for c in entry["data"]["changes"]] == ["lab-long"]
    # A third start finds it done.
    assert bench.apply().returncode == 0
    assert len(runs_of(bench.server, plan)) == 1


def test_too_little_room_is_noticed_before_anything_changes(bench):
    bench.offer(package("lab-room", "1.0.1"))
    bench.install("lab-room")
    bench.offer(package("lab-room", "1.0.2"))
    bench.plan()
    bench.disk("/var/lib/infogere/patches", "4m")
    try:
        done = bench.apply()
    finally:
        bench.whole_disk_again("/var/lib/infogere/patches")
    assert done.returncode != 0
    said = " ".join(done.stdout.split())
    assert re.search(
        r"the disk of /var/lib/infogere/patches/\S+ has \d MiB free and the update needs about \d+ MiB", said
    )
    assert "nothing was changed; make room and start again" in said
    assert bench.version("lab-room") == "1.0.1"
    # The same plan, once there is room.
    assert bench.apply().returncode == 0
    assert bench.version("lab-room") == "1.0.2"


def test_a_disk_that_fills_up_in_the_middle_brings_the_previous_versions_back(bench):
    big = {"name": "lab-big", "files": {"/usr/share/lab-big/data": "1"}}
    bench.offer({**big, "version": "1.0.1"}, daemon("1.0.1"))
    bench.install("lab-big")
    bench.offer({**big, "version": "1.0.2", "files": {"/usr/share/lab-big/data": "2" * 8_000_000}}, daemon("1.0.2"))
    bench.plan()
    bench.server.run("cp -a /usr/share/lab-big /srv/lab-big")
    bench.disk("/usr/share/lab-big", "4m")
    bench.server.run("cp -a /srv/lab-big/. /usr/share/lab-big/")
    try:
        done = bench.apply()
        assert done.returncode != 0
        assert "the previous versions are back" in done.stdout, done.stdout
        assert [bench.version(name) for name in ("lab-big", "lab-daemon")] == ["1.0.1", "1.0.1"]
        assert bench.server.run("dpkg --audit").stdout == ""
        assert bench.server.run("systemctl is-active lab-daemon").stdout == "active\n"
    finally:
        bench.whole_disk_again("/usr/share/lab-big")
    bench.plan()
    assert bench.apply().returncode == 0
    assert [bench.version(name) for name in ("lab-big", "lab-daemon")] == ["1.0.2", "1.0.2"]

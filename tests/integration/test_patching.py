"""Plan and apply updates on a real server, from an archive made here: every way in which a window can go wrong.

The archive is a folder on the server, its packages are made with dpkg-deb, APT and dpkg are Debian's own.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.lab

# One line of JSON per package: {"name", "version", "fields", "preinst", "postinst", "files": {path: text}}.
BUILD = textwrap.dedent("""\
    import hashlib, json, os, shutil, subprocess, sys
    os.makedirs("/srv/archive", exist_ok=True)
    os.chdir("/srv/archive")
    for line in sys.stdin:
        package = json.loads(line)
        tree = "/tmp/tree"
        shutil.rmtree(tree, ignore_errors=True)
        for path, text in package.get("files", {}).items():
            os.makedirs(os.path.dirname(tree + path), exist_ok=True)
            with open(tree + path, "w") as stream:
                stream.write(text)
            os.chmod(tree + path, 0o755 if "/bin/" in path else 0o644)
        os.makedirs(tree + "/DEBIAN", exist_ok=True)
        control = [f"Package: {package['name']}", f"Version: {package['version']}", "Architecture: all",
                   "Maintainer: nobody <nobody@example.net>", "Description: made for a test"]
        control += [f"{key}: {value}" for key, value in package.get("fields", {}).items()]
        with open(tree + "/DEBIAN/control", "w") as stream:
            stream.write("\\n".join(control) + "\\n")
        for script in ("preinst", "postinst"):
            if package.get(script):
                with open(tree + "/DEBIAN/" + script, "w") as stream:
                    stream.write("#!/bin/sh\\n" + package[script] + "\\n")
                os.chmod(tree + "/DEBIAN/" + script, 0o755)
        subprocess.run(["dpkg-deb", "-Znone", "--build", tree, "."], check=True, stdout=subprocess.DEVNULL)
    with open("Packages", "w") as index:
        for name in sorted(os.listdir(".")):
            if name.endswith(".deb"):
                control = subprocess.run(["dpkg-deb", "-f", name], check=True, capture_output=True, text=True).stdout
                with open(name, "rb") as stream:
                    data = stream.read()
                index.write(f"{control.strip()}\\nFilename: ./{name}\\nSize: {len(data)}\\n"
                            f"SHA256: {hashlib.sha256(data).hexdigest()}\\n\\n")
""")
UNIT = "[Service]\nExecStart=/usr/bin/lab-daemon\n[Install]\nWantedBy=multi-user.target\n"
WORKS = "#!/bin/sh\nexec python3 -m http.server --bind 127.0.0.1 8099\n"
BREAKS = "#!/bin/sh\nexit 1\n"
RESTART = "systemctl daemon-reload; systemctl enable -q lab-daemon; systemctl restart lab-daemon"
CHECK = [{"service": "daemon", "unit": "lab-daemon", "connect": "127.0.0.1:8099", "send": "HEAD / HTTP/1.0\r\n\r\n"}]


def daemon(version, program=WORKS, **more):
    files = {"/usr/bin/lab-daemon": program, "/usr/lib/systemd/system/lab-daemon.service": UNIT}
    return {"name": "lab-daemon", "version": version, "files": files, "postinst": RESTART, **more}


def package(name, version, **fields):
    return {"name": name, "version": version, "fields": fields, "files": {f"/usr/share/{name}/version": version}}


@dataclass
class Bench:
    """A server whose only archive is a folder of its own."""

    server: object

    def offer(self, *packages):
        lines = "".join(f"{json.dumps(item)}\n" for item in packages)
        done = self.server.run("python3 /srv/build.py", lines)
        assert done.returncode == 0, done.stderr

    def install(self, *names):
        done = self.server.run(f"apt-get update -q && apt-get install -y -q {' '.join(names)}")
        assert done.returncode == 0, done.stderr

    def plan(self, **variables):
        done = self.server.playbook("infogere.hosting.patch_plan", variables)
        assert done.returncode == 0, done.stdout
        return self.frozen()

    def frozen(self):
        path = Path(self.server.state_dir) / "patches" / f"{self.server.name}.json"
        return json.loads(path.read_text())

    def apply(self):
        return self.server.playbook("infogere.hosting.patch", {"patch_health_patience": 10})

    def start(self):
        """``apply`` in a process group of its own, which may be killed."""
        from infogere.lab import plays

        command = plays.command("infogere.hosting.patch", self.server.inventory)
        environment = plays.environment(self.server.state_dir)
        nothing = subprocess.DEVNULL
        return subprocess.Popen(command, env=environment, stdout=nothing, stderr=nothing, start_new_session=True)

    def wait_for(self, command):
        """Ask again and again until ``command`` succeeds on the server; the server waits between."""
        done = self.server.run(f"for i in $(seq 600); do {command} >/dev/null 2>&1 && exit 0; sleep 0.1; done; exit 1")
        assert done.returncode == 0, command

    def version(self, name):
        return self.server.run(f"dpkg-query --show --showformat='${{Version}}' {name}").stdout

    def invocation(self, unit):
        """Another one each time the unit is started."""
        return self.server.run(f"systemctl show --property=InvocationID --value {unit}").stdout

    def starts(self, unit):
        """How often the unit was started since the server came up."""
        return int(self.server.run(f"journalctl -u {unit} -o cat | grep -c '^Started '").stdout)

    def verdicts(self):
        return {item["package"]: (item["class"], item["verdict"]) for item in self.frozen()["changes"]}

    def cut(self):
        """Take the server off its network, as a broken line would; ``mend`` puts it back."""
        self._as_podman("ip", "link", "set", "eth0", "down")

    def mend(self):
        self._as_podman("ip", "link", "set", "eth0", "up")
        self._as_podman("ip", "route", "replace", "default", "dev", "eth0")
        deadline = time.monotonic() + 60  # seconds; the neighbours find it again in one or two
        while self.server.run("true").returncode:
            assert time.monotonic() < deadline, "the server is not back on its network"

    def disk(self, folder, size):
        """A disk of its own for ``folder``, of ``size`` (``4m``)."""
        self._as_podman("mkdir", "-p", folder)
        self._as_podman("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder)

    def whole_disk_again(self, folder):
        self._as_podman("umount", folder)

    def _as_podman(self, *command):
        """What the server's own administrator may not do in a container, and what works without a network."""
        from infogere.lab import podman

        podman.run("exec", "--privileged", self.server.machine.container, *command)


@pytest.fixture(scope="module")
def bench(pytestconfig):
    from conftest import _lab_server
    from infogere.lab import images, progress, servers

    version = pytestconfig.getoption("--debian")
    name = f"patch{version}"
    servers.down(name)
    server = _lab_server(servers.up(name, images.bare(version, progress.log_file(f"image-debian{version}"))))
    made = Bench(server)
    prepared = server.run(
        "mkdir -p /srv /etc/infogere && cat > /srv/build.py"
        " && rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*"
        " && echo 'deb [trusted=yes] file:/srv/archive ./' > /etc/apt/sources.list",
        BUILD,
    )
    assert prepared.returncode == 0, prepared.stderr
    assert server.run("cat > /etc/infogere/health.json", json.dumps(CHECK)).returncode == 0
    made.offer(daemon("1.0.1"))
    made.install("lab-daemon")
    yield made
    servers.down(name)


@pytest.fixture(autouse=True)
def nothing_left(bench):
    """Each test begins and ends with nothing of its own installed and the daemon as it was."""
    yield
    bench.server.run(
        "rm -rf /srv/archive; dpkg --configure -a; dpkg --purge $(dpkg-query -W -f '${Package}\\n' 'lab-*')"
    )
    bench.offer(daemon("1.0.1"))
    bench.install("lab-daemon")


def test_every_kind_of_change_is_judged(bench):
    before = [
        package("lab-minor", "1.0.1"),
        package("lab-major", "1.0.1"),
        package("lab-epoch", "1.0.1"),
        package("lab-held", "1.0.1"),
        package("lab-user", "1.0.1", Depends="lab-major (= 1.0.1)"),
        package("lab-old", "1.0.1"),
        package("lab-image-6.1.0-17-amd64", "6.1.69-1"),
        package("lab-kernel", "6.1.69-1", Depends="lab-image-6.1.0-17-amd64"),
    ]
    bench.offer(*before)
    bench.install(*(item["name"] for item in before))
    assert bench.server.run("apt-mark hold lab-held").returncode == 0
    bench.offer(
        package("lab-minor", "1.0.2", Depends="lab-new"),
        package("lab-new", "3.1.0"),
        package("lab-major", "1.1.0"),
        package("lab-epoch", "1:1.0.2"),
        package("lab-held", "1.0.2"),
        package("lab-user", "1.0.2", Depends="lab-major (= 1.1.0)"),
        package("lab-taker", "2.0.1"),
        package("lab-image-6.1.0-18-amd64", "6.1.76-1"),
        package("lab-kernel", "6.1.76-1", Depends="lab-image-6.1.0-18-amd64"),
    )
    plan = bench.plan()
    assert bench.verdicts() == {
        "lab-minor": ("minor", "planned"),
        "lab-new": ("minor", "planned"),
        "lab-major": ("major", "refused"),
        "lab-user": ("minor", "refused"),
        "lab-epoch": ("major", "refused"),
        "lab-image-6.1.0-18-amd64": ("minor", "planned"),
        "lab-kernel": ("minor", "planned"),
    }
    assert plan["held"] == [["lab-held", "1.0.1", "1.0.2", "hold"]]
    done = bench.apply()
    assert done.returncode == 0, done.stdout
    assert [bench.version(name) for name in ("lab-minor", "lab-new", "lab-user", "lab-epoch", "lab-held")] == [
        "1.0.2",
        "3.1.0",
        "1.0.1",
        "1.0.1",
        "1.0.1",
    ]
    # What came as a dependency stays one; what was wanted stays wanted.
    assert bench.server.run("apt-mark showauto lab-new lab-minor").stdout.split() == ["lab-new"]
    assert not bench.plan()["changes"] or all(c["verdict"] == "refused" for c in bench.frozen()["changes"])


def test_an_update_that_removes_something_is_no_minor_update(bench):
    bench.offer(package("lab-a", "1.0.1"), package("lab-b", "1.0.1"))
    bench.install("lab-a", "lab-b")
    bench.offer(package("lab-a", "1.0.2", Breaks="lab-b", Replaces="lab-b", Conflicts="lab-b"))
    bench.plan()
    verdicts = bench.verdicts()
    assert all(verdict == "refused" for _class, verdict in verdicts.values()), verdicts
    assert bench.apply().returncode == 0
    assert bench.version("lab-b") == "1.0.1"


def test_a_service_that_does_not_survive_comes_back(bench):
    bench.server.run("echo setting > /etc/lab-setting")
    bench.offer(package("lab-first", "1.0.1"), daemon("1.0.1"))
    bench.install("lab-first")
    bench.offer(
        package("lab-first", "1.0.2"),  # comes before the service, and goes back with it
        daemon("1.0.2", BREAKS, postinst=f"echo broken > /etc/lab-setting; {RESTART} || true"),
    )
    bench.plan()
    done = bench.apply()
    assert done.returncode != 0
    assert "the previous versions are back" in done.stdout
    assert [bench.version(name) for name in ("lab-first", "lab-daemon")] == ["1.0.1", "1.0.1"]
    assert bench.server.run("cat /etc/lab-setting").stdout == "setting\n"
    assert bench.server.run("curl -s http://127.0.0.1:8099/ || python3 -c 'import urllib.request as r; "
                            "r.urlopen(\"http://127.0.0.1:8099/\")'").returncode == 0  # fmt: skip
    entries = _entries(bench.server)
    updated = next(entry for entry in entries if entry["kind"] == "packages-updated")
    assert updated["data"]["outcome"] == "rolled-back"
    interruption = next(entry for entry in entries if entry["kind"] == "interruption")
    assert interruption["data"]["service"] == "daemon"
    assert interruption["data"]["seconds"] >= 1


def test_a_failing_script_is_rolled_back(bench):
    bench.offer(package("lab-script", "1.0.1"))
    bench.install("lab-script")
    bench.offer({**package("lab-script", "1.0.2"), "postinst": "exit 1"})
    bench.plan()
    done = bench.apply()
    assert done.returncode != 0
    assert "lab-script" in done.stdout
    assert bench.version("lab-script") == "1.0.1"
    assert bench.server.run("dpkg --audit").stdout == ""


def test_a_plan_that_changed_overnight_is_not_applied(bench):
    bench.offer(package("lab-night", "1.0.1"))
    bench.install("lab-night")
    bench.offer(package("lab-night", "1.0.2"))
    bench.plan()
    bench.offer(package("lab-night", "1.0.3"))
    bench.server.run("apt-get update -q")
    done = bench.apply()
    assert done.returncode != 0
    assert "the plan has 1.0.2, the archives now offer 1.0.3" in " ".join(done.stdout.split())
    assert bench.version("lab-night") == "1.0.1"


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


def test_a_service_that_is_down_before_stops_the_run(bench):
    bench.offer(package("lab-other", "1.0.1"))
    bench.install("lab-other")
    bench.offer(package("lab-other", "1.0.2"))
    bench.plan()
    bench.server.run("systemctl stop lab-daemon")
    done = bench.apply()
    assert done.returncode != 0
    assert "before the update, daemon" in " ".join(done.stdout.split())
    assert bench.version("lab-other") == "1.0.1"


def test_a_version_that_no_archive_has_any_more_can_still_be_put_back(bench):
    bench.server.run("rm /srv/archive/*.deb")
    bench.offer(daemon("1.0.2", BREAKS, postinst=f"{RESTART} || true"))
    bench.plan()
    done = bench.apply()
    assert "the previous versions are back" in done.stdout, done.stdout
    assert bench.version("lab-daemon") == "1.0.1"
    assert bench.server.run("systemctl is-active lab-daemon").stdout == "active\n"


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
    bench.wait_for("pgrep -f apt-get.install.*lab-lock=1.0.2")
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
    (updated,) = _updated(bench.server, plan)
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
    assert [c["package"] for entry in _updated(bench.server, plan) for c in entry["data"]["changes"]] == ["lab-long"]
    # A third start finds it done.
    assert bench.apply().returncode == 0
    assert len(_updated(bench.server, plan)) == 1


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


# As Debian's packages do: stop it before the files change, start it when they are there.
STOPS = "invoke-rc.d lab-daemon stop"
STARTS = "systemctl daemon-reload; deb-systemd-invoke start lab-daemon.service"
NOTE = "touch /srv/unpacked; until test -e /srv/go; do sleep 0.1; done"


def test_a_service_runs_on_while_its_packages_are_replaced_and_is_restarted_once(bench):
    bench.offer(daemon("1.0.1"), package("lab-far", "1.0.1"))
    bench.install("lab-far")
    bench.offer(
        daemon("1.0.2", preinst=STOPS, postinst=f"{NOTE}; {STARTS}"),
        {**package("lab-far", "1.0.2"), "postinst": "test -e /usr/share/lab-far/version"},
    )
    bench.plan()
    bench.server.run("rm -f /srv/unpacked /srv/go")
    before, started = bench.invocation("lab-daemon"), bench.starts("lab-daemon")
    run = bench.start()
    bench.wait_for("test -e /srv/unpacked")
    # What comes with no service is done by then.
    assert bench.version("lab-far") == "1.0.2"
    assert bench.invocation("lab-daemon") == before
    bench.server.run("touch /srv/go")
    assert run.wait(300) == 0
    assert bench.invocation("lab-daemon") != before
    assert bench.starts("lab-daemon") == started + 1
    assert not bench.server.run("ls /usr/sbin/policy-rc.d").stdout


def test_a_package_that_the_plan_leaves_out_is_not_brought_along_by_its_source(bench):
    old, new = {"Source": "lab-source (1)"}, {"Source": "lab-source (2)"}
    bench.offer(package("lab-one", "1.0.1", **old), package("lab-two", "1.0.1", **old))
    bench.install("lab-one", "lab-two")
    bench.offer(package("lab-one", "1.0.2", **new), package("lab-two", "1.1.0", **new))
    bench.plan()
    assert bench.verdicts() == {"lab-one": ("minor", "planned"), "lab-two": ("major", "refused")}
    done = bench.apply()
    assert done.returncode == 0, done.stdout
    assert [bench.version(name) for name in ("lab-one", "lab-two")] == ["1.0.2", "1.0.1"]


def _updated(server, plan):
    return [
        entry
        for entry in _entries(server)
        if entry["kind"] == "packages-updated" and entry["data"]["plan"] == plan["name"]
    ]


def _entries(server):
    from infogere.record.reading import Reader

    with Reader(f"sqlite:///{Path(server.state_dir) / 'record.db'}") as reader:
        stored = reader.entries(server=server.name, limit=50)
    return [{"kind": entry.kind, "data": entry.data} for entry in reversed(stored)]

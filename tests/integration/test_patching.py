"""Plan and apply updates on a real server, from an archive made here: every way in which a window can go wrong.

The archive is a folder on the server, its packages are made with dpkg-deb, APT and dpkg are Debian's own.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.lab

# One line of JSON per package: {"name", "version", "depends", "postinst", "files": {path: text}}.
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
        if package.get("postinst"):
            with open(tree + "/DEBIAN/postinst", "w") as stream:
                stream.write("#!/bin/sh\\n" + package["postinst"] + "\\n")
            os.chmod(tree + "/DEBIAN/postinst", 0o755)
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

    def verdicts(self):
        return {item["package"]: (item["class"], item["verdict"]) for item in self.frozen()["changes"]}


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
    bench.offer(daemon("1.0.2", BREAKS, postinst=f"echo broken > /etc/lab-setting; {RESTART} || true"))
    bench.plan()
    done = bench.apply()
    assert done.returncode != 0
    assert "the previous versions are back" in done.stdout
    assert bench.version("lab-daemon") == "1.0.1"
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
    (updated,) = [
        entry
        for entry in _entries(bench.server)
        if entry["kind"] == "packages-updated" and entry["data"]["plan"] == plan["name"]
    ]
    assert [(c["package"], c["candidate"]) for c in updated["data"]["changes"]] == [("lab-long", "1.0.2")]


def _entries(server):
    from infogere.record.reading import Reader

    with Reader(f"sqlite:///{Path(server.state_dir) / 'record.db'}") as reader:
        stored = reader.entries(server=server.name, limit=50)
    return [{"kind": entry.kind, "data": entry.data} for entry in reversed(stored)]

"""A real server whose only archive is a folder of its own, filled by the tests.

The packages are made with dpkg-deb, APT and dpkg are Debian's own.
"""

from __future__ import annotations

import json
import subprocess
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path

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

    @classmethod
    def on(cls, server):
        """Prepare a bare server: the folder, what fills it, and a daemon that is asked how it does."""
        made = cls(server)
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
        return made

    def clear(self):
        """Remove what a test installed, and leave the daemon as it was."""
        self.server.run(
            "rm -rf /srv/archive; dpkg --configure -a; dpkg --purge $(dpkg-query -W -f '${Package}\\n' 'lab-*')"
        )
        self.offer(daemon("1.0.1"))
        self.install("lab-daemon")

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
        done = self.server.run(f"for i in $(seq 3000); do {command} >/dev/null 2>&1 && exit 0; sleep 0.1; done; exit 1")
        assert done.returncode == 0, command

    def version(self, name):
        return self.server.run(f"dpkg-query --show --showformat='${{Version}}' {name}").stdout

    def invocation(self, unit):
        """Another one each time the unit is started."""
        return self.server.run(f"systemctl show --property=InvocationID --value {unit}").stdout

    def starts(self, unit):
        """How often the unit was started since the server came up."""
        return int(self.server.run(f"journalctl --sync; journalctl -u {unit} -o cat | grep -c '^Started '").stdout)

    def verdicts(self):
        return {item["package"]: (item["class"], item["verdict"]) for item in self.frozen()["changes"]}

    def cut(self):
        """Take the server off its network, as a broken line would; ``mend`` puts it back."""
        self._as_podman("ip", "link", "set", "eth0", "down")

    def mend(self):
        self._as_podman("ip", "link", "set", "eth0", "up")
        self._as_podman("ip", "route", "replace", "default", "dev", "eth0")
        deadline = time.monotonic() + 300  # seconds; the neighbours find it again in one or two
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


def runs_of(server, plan):
    """What is on record of the plan's runs."""
    return [
        entry
        for entry in entries_of(server)
        if entry["kind"] == "packages-updated" and entry["data"]["plan"] == plan["name"]
    ]


def entries_of(server):
    """``[{kind, data}]`` on record, the oldest first."""
    from infogere.record.reading import Reader

    with Reader(f"sqlite:///{Path(server.state_dir) / 'record.db'}") as reader:
        stored = reader.entries(server=server.name, limit=50)
    return [{"kind": entry.kind, "data": entry.data} for entry in reversed(stored)]

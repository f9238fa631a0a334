"""Apply real pending updates, as a run of ours and as bare apt-get, on two servers that begin alike.

The servers are made from Debian's main archive alone; then the archives of updates and of security are added. Bare
apt-get gets the same versions in one call. The same watch asks the same health checks meanwhile on both; on the bare
server it looks every half second all the time, so it may miss a restart that is shorter.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import time
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from infogere.lab import checkout, images, inventory, plays, provisioned, servers

COLLECTION = "ansible_collections/infogere/hosting/plugins"
WATCHED = """
import json, os, subprocess, sys, time
sys.path.insert(0, "/root/bench")
from ansible_collections.infogere.hosting.plugins.module_utils._health import Watch, settle
from ansible_collections.infogere.hosting.plugins.module_utils._health_checks import checks_in
checks = checks_in()
sick = settle(checks, 60)
assert not sick, sick
environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
with Watch(checks) as watch:
    started = time.monotonic()
    with open("/root/bench/log", "w") as log:
        subprocess.run(sys.argv[1:], env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True)
    seconds = time.monotonic() - started
    sick = settle(checks, 120)
print(json.dumps({"seconds": seconds, "interruptions": watch.interruptions, "sick": sick}))
"""
APT = (
    "apt-get",
    "install",
    "-y",
    "-q",
    "-o",
    "Dpkg::Options::=--force-confdef",
    "-o",
    "Dpkg::Options::=--force-confold",
)


@dataclass(frozen=True)
class Applied:
    """One way of applying a set of updates.

    Attributes:
        seconds: from the start of the command to its end.
        down: seconds for which each service did not answer, added up.
    """

    seconds: float
    down: dict[str, int]


def compare(version: str) -> tuple[int, Applied, Applied]:
    """Number of packages, ours, bare."""
    changes, ours = _ours(_server("patched", version))
    bare = _bare(_server("bare", version), changes)
    return len(changes), ours, bare


def _server(name: str, version: str) -> servers.Server:
    servers.down(name)
    server = provisioned.up(name, version, outdated=True)
    images.add_later_sources(server, version)
    return server


def _ours(server: servers.Server) -> tuple[list[dict[str, Any]], Applied]:
    folder = provisioned.state_dir() / "patches"
    _playbook("patch_plan", server)
    plan = json.loads((folder / f"{server.host_name}.json").read_text(encoding="utf-8"))
    seconds = _playbook("patch", server)
    # Of a server's plans the one that was applied last: there is one.
    found = server.run(f"cat /var/lib/infogere/patches/{plan['name']}-*/result.json")
    result = json.loads(found.stdout)
    servers.down(server.name)
    return result["changes"], Applied(seconds, _added_up(result["interruptions"]))


def _playbook(name: str, server: servers.Server) -> float:
    started = time.monotonic()
    command = plays.command(f"infogere.hosting.{name}", inventory.path(server.name))
    done = subprocess.run(
        command, env=plays.environment(provisioned.state_dir()), capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{name} failed:\n{done.stdout[-3000:]}")
    return time.monotonic() - started


def _bare(server: servers.Server, changes: list[dict[str, Any]]) -> Applied:
    packed = BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tree:
        tree.add(checkout.root() / "plugins/module_utils", f"bench/{COLLECTION}/module_utils")
    subprocess.run([*server.ssh(), "tar -C /root -x"], input=packed.getvalue(), check=True)
    server.run("cat >/root/bench/watched.py", WATCHED)
    wanted = [f"{change['package']}={change['after']}" for change in changes if change["after"]]
    done = server.run(" ".join(["python3", "/root/bench/watched.py", *APT, *wanted]))
    if done.returncode:
        sys.exit(f"bare apt-get failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    said = json.loads(done.stdout.splitlines()[-1])
    servers.down(server.name)
    return Applied(said["seconds"], _added_up(said["interruptions"]))


def _added_up(interruptions: list[dict[str, Any]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for item in interruptions:
        total[item["service"]] = total.get(item["service"], 0) + item["seconds"]
    return dict(sorted(total.items()))

"""What the benchmarks share: servers of the lab, timed commands, and a result that is a ratio.

This machine is never quiet, so seconds are shown for orientation and ratios from one run are the result.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from infogere.lab import checkout, images, progress, servers

RECAP = re.compile(r"^\S+\s+: ok=(\d+)\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.MULTILINE)
BENCH_STATE = ".infogere/bench"


@dataclass(frozen=True)
class Run:
    """One ``ansible-playbook``: wall seconds, tasks shown, sum of ``changed`` over all hosts."""

    seconds: float
    tasks: int
    changed: int


def fresh(name: str, version: str = images.DEFAULT_VERSION) -> servers.Server:
    """A server straight from Debian, replacing one of the same name."""
    servers.down(name)
    return servers.up(name, images.bare(version, progress.log_file(f"image-debian{version}")))


def inventory(*hosts: servers.Server) -> Path:
    """An inventory of these servers, each with the demo's order form."""
    folder = checkout.root() / BENCH_STATE
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = ["---", "all:", "  children:", "    level_custom:", "      hosts:"]
    for host in hosts:
        lines += [f"        {host.host_name}:", f"          ansible_host: {host.address}"]
    demo = checkout.root() / "inventories/demo/group_vars"
    (folder / "group_vars").mkdir(exist_ok=True)
    for name, group in (("all", "all"), ("customer_demo", "level_custom")):
        variables = (demo / f"{name}.yml").read_text(encoding="utf-8")
        variables = variables.replace("{{ inventory_dir }}/../..", str(checkout.root()))
        (folder / f"group_vars/{group}.yml").write_text(variables, encoding="utf-8")
    path = folder / "hosts.yml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def environment() -> dict[str, str]:
    """Environment in which ``ansible-playbook`` finds the checkout, with a state folder of its own."""
    return {
        **os.environ,
        "ANSIBLE_CONFIG": str(checkout.root() / "ansible.cfg"),
        "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "true",
        "INFOGERE_STATE_DIR": str(checkout.root() / BENCH_STATE / "state"),
        "PATH": f"{checkout.root() / '.venv/bin'}:{os.environ['PATH']}",
    }


def playbook(name: str, hosts: Path, *options: str) -> Run:
    """Run a playbook of ours and time it from process start to exit; stop the benchmark if it fails."""
    command = ["ansible-playbook", "-i", str(hosts), f"infogere.hosting.{name}", *options]
    started = time.monotonic()
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    seconds = time.monotonic() - started
    recaps = RECAP.findall(done.stdout)
    if done.returncode != 0 or not recaps:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}{done.stderr[-1000:]}")
    return Run(seconds, len(re.findall(r"^TASK \[", done.stdout, re.MULTILINE)), sum(int(found[1]) for found in recaps))


def spread(values: list[float], unit: str = "s") -> str:
    """``median (least-most, n)`` for people."""
    return f"{statistics.median(values):.2f} {unit} ({min(values):.2f}-{max(values):.2f}, n = {len(values)})"

"""First converge of a fresh server against bare ``apt-get install`` of the same packages on an identical one.

Goal: a ratio of at most 1.0: a configured stack for the price of its packages.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import time

from common import fresh, inventory, playbook, spread

from infogere.lab import servers

COMMAND_LINE = re.compile(r"^Commandline: apt-get install (.*)$", re.MULTILINE)


def main() -> None:
    """Interleave both kinds, so that the machine's moods meet both."""
    options = argparse.ArgumentParser(prog="bench/converge", description=__doc__)
    options.add_argument("--runs", type=int, default=3, help="pairs of runs (default: 3)")
    options.add_argument("--debian", default="12", choices=["12", "13"])
    chosen = options.parse_args()

    converges, installs = [], []
    for number in range(chosen.runs):
        ours = fresh("bench-site", chosen.debian)
        run = playbook("site", inventory(ours))
        converges.append(run.seconds)
        print(f"  converge {number + 1}: {run.seconds:.1f} s, {run.tasks} tasks, {run.changed} changed", flush=True)

        packages = _packages(ours)
        bare = fresh("bench-apt", chosen.debian)
        installs.append(_install(bare, packages))
        print(f"  apt-get  {number + 1}: {installs[-1]:.1f} s, {len(packages)} packages named", flush=True)
        servers.down("bench-site", "bench-apt")

    ratio = statistics.median(converges) / statistics.median(installs)
    print(f"converge: {spread(converges)}")
    print(f"apt-get:  {spread(installs)}")
    print(f"ratio:    {ratio:.2f} (goal: at most 1.0)")


def _packages(server: servers.Server) -> list[str]:
    """What the converge asked apt for, by apt's own log."""
    log = server.run("cat /var/log/apt/history.log").stdout
    words = COMMAND_LINE.findall(log)[-1].split()
    return [word for word in words if not word.startswith("-") and "=" not in word]


def _install(server: servers.Server, packages: list[str]) -> float:
    """Seconds that an administrator's plain ``apt-get`` takes, services started by the packages themselves."""
    # Without these answers two packages ask for a database that nobody has made yet.
    answers = "\n".join(f"{name} {name.split('-')[0]}/dbconfig-install boolean false" for name in packages)
    server.run("debconf-set-selections", data=f"{answers}\npostfix postfix/main_mailer_type select No configuration\n")
    command = (
        "export DEBIAN_FRONTEND=noninteractive; apt-get -q update && "
        f"apt-get -y -q --no-install-recommends install {' '.join(packages)}"
    )
    started = time.monotonic()
    done = server.run(command)
    seconds = time.monotonic() - started
    if done.returncode != 0:
        sys.exit(f"apt-get failed: {done.stdout[-2000:]}{done.stderr[-500:]}")
    return seconds


if __name__ == "__main__":
    main()

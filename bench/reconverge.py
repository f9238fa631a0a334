"""Second converge: nothing to change. Wall time, number of tasks, and changed, which must be 0.

Goals: one server at most 5 s; ten servers at most 15 s.
"""

from __future__ import annotations

import argparse
import statistics
import sys

from common import fresh, inventory, playbook, spread

from infogere.lab import checkout, images, servers


def main() -> None:
    """Converge once, copy the server as often as asked, converge again and again."""
    options = argparse.ArgumentParser(prog="bench/reconverge", description=__doc__)
    options.add_argument("--runs", type=int, default=5, help="timed runs (default: 5)")
    options.add_argument("--servers", type=int, default=10, help="servers of the second figure (default: 10)")
    options.add_argument("--debian", default="12", choices=["12", "13"])
    chosen = options.parse_args()

    image = f"localhost/infogere-{checkout.label()}-bench:latest"
    first = fresh("bench-0", chosen.debian)
    run = playbook("site", inventory(first))
    print(f"  first converge: {run.seconds:.1f} s", flush=True)
    images.commit(first, image)

    one = _measure(1, image, chosen.runs)
    many = _measure(chosen.servers, image, chosen.runs)
    print(f"one server:  {spread(one)} (goal: at most 5 s)")
    print(f"{chosen.servers} servers:  {spread(many)} (goal: at most 15 s for ten)")
    print(f"ratio:       {statistics.median(many) / statistics.median(one):.2f} for {chosen.servers} times the servers")
    images.podman.attempt("image", "rm", image)


def _measure(number: int, image: str, runs: int) -> list[float]:
    """Seconds of each second converge of ``number`` servers at once."""
    names = [f"bench-{index}" for index in range(number)]
    hosts = inventory(*[servers.up(name, image) for name in names])
    playbook("site", hosts)  # each copy has its own host name and certificate to take up
    taken = []
    for _ in range(runs):
        run = playbook("site", hosts)
        print(f"  {number} servers: {run.seconds:.2f} s, {run.tasks} tasks, {run.changed} changed", flush=True)
        if run.changed:
            sys.exit("a second run changed something: that is a defect, not a slow run")
        taken.append(run.seconds)
    servers.down(*names)
    return taken


if __name__ == "__main__":
    main()

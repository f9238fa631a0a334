"""The lab's network: one bridge per checkout, fixed addresses."""

from __future__ import annotations

import ipaddress
import json
import os

from infogere.errors import InfogereError
from infogere.lab import checkout, podman

Network = ipaddress.IPv4Network
POOL = ipaddress.IPv4Network("10.231.0.0/16")  # private, and rarely somebody's office
FIRST_HOST = 10  # below: gateway and whatever an administrator adds by hand


def name() -> str:
    """Name of this checkout's network."""
    return f"infogere-{checkout.label()}"


def ensure() -> Network:
    """Make the network unless it is there; its subnet.

    ``INFOGERE_LAB_SUBNET`` chooses it, e.g. ``10.99.7.0/24``; else the first free /24 of the pool, counted from
    one that differs between checkouts.
    """
    if podman.exists("network", name()):
        return subnet()
    taken = _taken()
    for candidate in _candidates():
        if not any(candidate.overlaps(other) for other in taken) and _create(candidate):
            return candidate
    raise InfogereError("no subnet is free for the lab", way_out="name one: INFOGERE_LAB_SUBNET=10.99.7.0/24")


def subnet() -> Network:
    """Subnet of the existing network."""
    found = json.loads(podman.run("network", "inspect", name()))
    return ipaddress.IPv4Network(found[0]["subnets"][0]["subnet"])


def remove() -> None:
    """Remove the network; nothing may be attached to it any more."""
    if podman.exists("network", name()):
        podman.run("network", "rm", name())


def free_address(network: Network, used: set[str], last: str | None) -> str:
    """Next address after ``last`` that nobody uses.

    Going round, instead of taking the lowest, keeps a new server from meeting SSH connections that are still
    held open to an old one.
    """
    hosts = [str(host) for host in network.hosts()][FIRST_HOST - 1 :]
    start = hosts.index(last) + 1 if last in hosts else 0
    for address in hosts[start:] + hosts[:start]:
        if address not in used:
            return address
    raise InfogereError(f"no address is free in {network}", way_out="infogere lab down removes servers")


def _create(candidate: Network) -> bool:
    """Make the network; False if a route of this machine, or a checkout that was quicker, has its addresses."""
    done = podman.attempt("network", "create", "--disable-dns", "--subnet", str(candidate), name())
    if done.returncode and b"already used" not in done.stderr:
        raise InfogereError(f"podman network: {done.stderr.decode(errors='replace').strip()}")
    return done.returncode == 0


def _candidates() -> list[Network]:
    if chosen := os.environ.get("INFOGERE_LAB_SUBNET"):
        try:
            return [ipaddress.IPv4Network(chosen)]
        except ValueError as error:
            raise InfogereError(f"INFOGERE_LAB_SUBNET: {error}", way_out="write it as 10.99.7.0/24") from error
    subnets = list(POOL.subnets(new_prefix=24))
    start = int(checkout.label(), 16) % len(subnets)
    return subnets[start:] + subnets[:start]


def _taken() -> list[Network]:
    networks = json.loads(podman.run("network", "ls", "--format", "json"))
    found = [entry["subnet"] for network in networks for entry in network.get("subnets") or [] if "subnet" in entry]
    return [ipaddress.IPv4Network(text) for text in found if ":" not in text]

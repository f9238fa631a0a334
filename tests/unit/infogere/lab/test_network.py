"""Addresses and subnets of test servers."""

from __future__ import annotations

import ipaddress
import json
import subprocess

import pytest

from infogere.errors import InfogereError
from infogere.lab import network, podman

SUBNET = ipaddress.IPv4Network("10.99.7.0/28")


@pytest.mark.parametrize(
    ("used", "last", "expected"),
    [
        (set(), None, "10.99.7.10"),
        (set(), "10.99.7.10", "10.99.7.11"),  # not the one that was just left
        ({"10.99.7.11"}, "10.99.7.10", "10.99.7.12"),
        ({"10.99.7.10"}, "10.99.7.14", "10.99.7.11"),  # round again
        (set(), "10.1.1.1", "10.99.7.10"),  # from another subnet
    ],
)
def test_addresses_go_round(used, last, expected):
    assert network.free_address(SUBNET, used, last) == expected


def test_a_full_subnet_says_the_way_out():
    everything = {str(host) for host in SUBNET.hosts()}
    with pytest.raises(InfogereError, match="infogere lab down"):
        network.free_address(SUBNET, everything, None)


@pytest.fixture
def podman_says(monkeypatch):
    """A podman with these subnets, on a machine with these routes; returns the argument lists of its calls."""
    calls = []

    def install(*subnets, routes=()):
        listed = [{"subnets": [{"subnet": subnet}]} for subnet in subnets]

        def run(*arguments, data=None):
            calls.append(arguments)
            return json.dumps(listed)

        def attempt(*arguments, data=None):
            calls.append(arguments)
            refused = arguments[-2] in routes
            words = b"Error: subnet 10.0.0.0/24 is already used on the host or by another config" if refused else b""
            return subprocess.CompletedProcess([], 125 if refused else 0, b"", words)

        monkeypatch.setattr(podman, "run", run)
        monkeypatch.setattr(podman, "attempt", attempt)
        monkeypatch.setattr(podman, "exists", lambda _kind, _name: False)
        return calls

    return install


def test_a_subnet_in_use_is_passed_over(podman_says, monkeypatch):
    monkeypatch.delenv("INFOGERE_LAB_SUBNET", raising=False)
    podman_says()
    first = network.ensure()
    podman_says(str(first), "fd00::/64")
    second = network.ensure()
    assert second != first
    assert second.subnet_of(network.POOL)


def test_a_subnet_that_the_machine_has_a_route_to_is_passed_over(podman_says, monkeypatch):
    monkeypatch.delenv("INFOGERE_LAB_SUBNET", raising=False)
    podman_says()
    first = network.ensure()
    podman_says(routes={str(first)})
    assert network.ensure() != first


def test_another_fault_of_podman_is_told(podman_says, monkeypatch):
    podman_says()
    broken = subprocess.CompletedProcess([], 125, b"", b"Error: netavark: no iptables\n")
    monkeypatch.setattr(podman, "attempt", lambda *_arguments: broken)
    with pytest.raises(InfogereError, match="podman network: Error: netavark: no iptables"):
        network.ensure()


def test_the_administrator_chooses(podman_says, monkeypatch):
    monkeypatch.setenv("INFOGERE_LAB_SUBNET", "10.99.7.0/24")
    calls = podman_says()
    assert network.ensure() == ipaddress.IPv4Network("10.99.7.0/24")
    assert "10.99.7.0/24" in calls[-1]


@pytest.mark.parametrize("text", ["10.99.7.1/24", "lab", "10.99.7.0/33"])
def test_a_wrong_subnet_is_named(podman_says, monkeypatch, text):
    monkeypatch.setenv("INFOGERE_LAB_SUBNET", text)
    podman_says()
    with pytest.raises(InfogereError, match="INFOGERE_LAB_SUBNET"):
        network.ensure()


def test_a_chosen_subnet_in_use_is_refused(podman_says, monkeypatch):
    monkeypatch.setenv("INFOGERE_LAB_SUBNET", "10.99.7.0/24")
    podman_says("10.99.0.0/16")
    with pytest.raises(InfogereError, match="no subnet is free"):
        network.ensure()

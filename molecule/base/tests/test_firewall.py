"""What the firewall lets in, and what loading it leaves alone."""

from __future__ import annotations

import json
import socket

import pytest

OURS = "inet infogere"


def chain(host, name):
    return host.check_output(f"nft list chain {OURS} {name}")


def test_it_is_loaded_and_starts_with_the_server(host):
    service = host.service("nftables")
    assert service.is_running
    assert service.is_enabled


def test_what_nobody_opened_is_dropped(host):
    for name in ("input", "forward"):
        assert "policy drop;" in chain(host, name)
    listed = json.loads(host.check_output(f"nft --json list table {OURS}"))
    opened = [entry["rule"] for entry in listed["nftables"] if entry.get("rule", {}).get("chain") == "services"]
    assert len(opened) == 5  # ssh, web, passive FTP, and one for each address family of the limited port


@pytest.mark.parametrize(
    "rule",
    [
        "tcp dport @ssh accept",
        "tcp dport { 80, 443 } accept",
        "tcp dport 49152-49407 accept",
        "ip saddr 192.0.2.0/24 udp dport 161 accept",
        "ip6 saddr 2001:db8::/32 udp dport 161 accept",
    ],
)
def test_what_the_roles_open_is_open(host, rule):
    assert rule in chain(host, "services")


def test_the_management_networks_reach_ssh_before_the_services(host):
    rules = chain(host, "input")
    for family in (4, 6):
        assert 0 < rules.index(f"@management{family} accept") < rules.index("jump services")
    assert "192.0.2.10" in host.check_output(f"nft list set {OURS} management4")
    assert "2001:db8::/64" in host.check_output(f"nft list set {OURS} management6")


def test_the_port_of_the_present_login_is_open(host):
    assert "22" in host.check_output(f"nft list set {OURS} ssh")


@pytest.mark.parametrize("verb", ["reload", "restart"])
def test_loading_it_leaves_the_tables_of_others_alone(host, verb):
    host.check_output("nft add table inet somebody")
    try:
        host.check_output(f"systemctl {verb} nftables")
        assert "table inet somebody" in host.check_output("nft list tables")
        assert f"table {OURS}" in host.check_output("nft list tables")
    finally:
        host.check_output("nft delete table inet somebody")


@pytest.fixture
def listener(host):
    """A service on port 8099, which no role opens."""
    host.check_output("systemd-run --collect --unit=test-listener python3 -m http.server 8099")
    try:
        assert host.run("timeout 120 sh -c 'until ss -Hltn sport = 8099 | grep -q LISTEN; do sleep 0.1; done'").rc == 0
        yield 8099
    finally:
        host.check_output("systemctl stop test-listener")


def test_from_outside_only_opened_ports_answer(host, listener):
    address = host.check_output("hostname -I").split()[0]
    with socket.create_connection((address, 22), timeout=60) as connection:
        assert connection.recv(4) == b"SSH-"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address, 49160), timeout=60)  # open, and nobody listens
    with pytest.raises(TimeoutError):
        socket.create_connection((address, listener), timeout=2)

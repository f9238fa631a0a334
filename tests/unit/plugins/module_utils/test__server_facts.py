"""The facts that the roles use, from files that say little or nothing."""

from __future__ import annotations

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _server_facts as server_facts

OS_RELEASE = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nID=debian\n'


@pytest.fixture
def files(monkeypatch):
    """Files that the server has; all others are missing."""
    present: dict[str, str] = {}
    monkeypatch.setattr(server_facts, "_read", lambda path: present.get(path, ""))
    return present


def test_this_machine_has_every_fact():
    result = server_facts.run({}, check_mode=True)
    assert not result["changed"]
    facts = result["ansible_facts"]
    assert facts["memtotal_mb"] > 0
    assert facts["processor_vcpus"] > 0
    assert facts["virtualization_type"]
    assert 0 < facts["ssh_port"] < 65536


def test_the_numbers_of_the_system_s_own_users():
    uids = server_facts.run({}, check_mode=True)["ansible_facts"]["uids"]
    assert uids["root"] == 0
    assert max(uids.values()) < 1000


def test_release(files):
    files["/proc/meminfo"] = "MemTotal: 1048576 kB\n"
    files["/etc/os-release"] = OS_RELEASE
    files["/etc/debian_version"] = "12.15\n"
    facts = server_facts.run({}, check_mode=False)["ansible_facts"]
    names = ("distribution", "distribution_release", "distribution_major_version", "distribution_version")
    assert [facts[name] for name in names] == ["Debian", "bookworm", "12", "12.15"]


@pytest.mark.parametrize(
    ("limits", "memory"),
    [
        ({}, 8192),
        ({"/sys/fs/cgroup/memory.max": "max\n"}, 8192),
        ({"/sys/fs/cgroup/memory.max": f"{2 * 2**30}\n"}, 2048),
        ({"/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, 8192),
    ],
)
def test_memory_is_what_the_server_may_use(files, limits, memory):
    files["/proc/meminfo"] = "MemTotal:        8388608 kB\nMemFree: 1 kB\n"
    files |= limits
    assert server_facts._memory() == memory


@pytest.mark.parametrize(
    ("processes", "port"),
    [
        ({30: (20, "A=1\0SSH_CONNECTION=10.0.0.1 5000 10.0.0.2 2222\0B=2")}, 2222),
        ({30: (20, "A=1"), 20: (10, "SSH_CONNECTION=fe80::1%eth0 5000 fe80::2%eth0 22")}, 22),  # sudo in between
        ({30: (20, ""), 20: (10, "XSSH_CONNECTION=1 2 3 44"), 10: (1, "")}, 22),
        ({30: (0, "")}, 22),  # a container's own process: its parent is outside
        ({}, 22),
    ],
)
def test_the_port_of_the_present_login(files, monkeypatch, processes, port):
    monkeypatch.setattr(server_facts.os, "getpid", lambda: 30)
    for process, (parent, environment) in processes.items():
        files[f"/proc/{process}/status"] = f"Name:\tsh\nPPid:\t{parent}\n"
        files[f"/proc/{process}/environ"] = environment
    assert server_facts._ssh_port() == port

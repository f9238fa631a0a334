"""The few facts that the roles use, under Ansible's own names, in a fraction of a full gathering."""

from __future__ import annotations

import os
import pwd
import re
import subprocess

ARGUMENT_SPEC: dict = {}
FIRST_ORDINARY_UID = 1000  # Debian policy, 9.2.2
VERSION = re.compile(r'^(\w+)="?([^"\n]*)"?$', re.MULTILINE)


def run(params, check_mode):
    """Return ``ansible_facts``; reads files and runs two small commands, changes nothing."""
    release = dict(VERSION.findall(_read("/etc/os-release")))
    disk = os.statvfs("/var")
    return {
        "changed": False,
        "ansible_facts": {
            "distribution": release.get("ID", "unknown").capitalize(),
            "distribution_release": release.get("VERSION_CODENAME", ""),
            "distribution_major_version": release.get("VERSION_ID", "").split(".")[0],
            "distribution_version": _read("/etc/debian_version").strip() or release.get("VERSION_ID", ""),
            "memtotal_mb": _memory(),
            "processor_vcpus": len(os.sched_getaffinity(0)),
            "virtualization_type": _virtualization(),
            "hostname": os.uname().nodename.split(".")[0],
            "fqdn": os.uname().nodename,
            "default_ipv4": _default_ipv4(),
            "var_free_mb": disk.f_bavail * disk.f_frsize // 2**20,
            "ssh_port": _ssh_port(),
            "uids": {user.pw_name: user.pw_uid for user in pwd.getpwall() if user.pw_uid < FIRST_ORDINARY_UID},
        },
    }


def _read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as handle:
            return handle.read()
    except OSError:
        return ""


def _memory():
    """MiB that the server may use: its RAM, or its control group's limit where that is lower."""
    total = int(re.search(r"MemTotal:\s+(\d+)", _read("/proc/meminfo")).group(1)) // 1024
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        text = _read(path).strip()
        if text.isdigit():
            return min(total, int(text) // 2**20)
    return total


def _virtualization():
    """``container`` in any container, else what ``systemd-detect-virt`` says (``none`` on bare metal)."""
    if subprocess.run(["systemd-detect-virt", "--container", "--quiet"], check=False).returncode == 0:
        return "container"
    said = subprocess.run(["systemd-detect-virt"], check=False, capture_output=True, encoding="utf-8")
    return said.stdout.strip() or "none"


def _default_ipv4():
    """``{address, interface}`` of the default route, as the kernel has it; empty without one."""
    said = subprocess.run(["ip", "-4", "route", "get", "192.0.2.1"], check=False, capture_output=True, encoding="utf-8")
    found = re.search(r"dev (\S+).* src (\S+)", said.stdout)
    return {"interface": found.group(1), "address": found.group(2)} if found else {}


def _ssh_port():
    """TCP port of this server over which the run is logged in; 22 where it came another way.

    sshd tells its session's processes; sudo drops that from the environment, so the ancestors are asked too.
    """
    process = os.getpid()
    while process > 1:
        found = re.search(r"(?:^|\0)SSH_CONNECTION=\S+ \d+ \S+ (\d+)(?:\0|$)", _read(f"/proc/{process}/environ"))
        if found:
            return int(found.group(1))
        parent = re.search(r"^PPid:\s+(\d+)$", _read(f"/proc/{process}/status"), re.MULTILINE)
        process = int(parent.group(1)) if parent else 0
    return 22

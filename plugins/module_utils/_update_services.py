"""Which running services use files of which packages, so that a plan can say what an update will restart.

A guess from what is mapped into memory now; after the upgrade needrestart says it exactly.
"""

from __future__ import annotations

import contextlib
import os
import re

DPKG_INFO = "/var/lib/dpkg/info"
UNIT = re.compile(r"/([^/\n]+\.service)(?:/|$)", re.MULTILINE)
MERGED = ("/bin/", "/sbin/", "/lib/", "/lib32/", "/lib64/")


def services_of(packages, proc="/proc", info=DPKG_INFO):
    """``{package: [service names]}`` of those packages whose files a running service executes or ships its unit."""
    mapped = _mapped(proc)
    running = set().union(*mapped.values()) if mapped else set()
    found = {}
    for package in packages:
        services = set()
        for path in _files(package, info):
            services |= mapped.get(path, set())
            if path.endswith(".service") and os.path.basename(path) in running:
                services.add(os.path.basename(path))
        if services:
            found[package] = sorted(service.removesuffix(".service") for service in services)
    return found


def with_running_units(packages, proc="/proc", info=DPKG_INFO):
    """Those of ``packages`` that ship the unit of a service that runs."""
    running = set()
    for process in os.listdir(proc):
        if process.isdigit():
            with contextlib.suppress(OSError):  # a process that has ended meanwhile
                running.add(unit_of(os.path.join(proc, process, "cgroup")))
    return {
        package
        for package in packages
        if any(os.path.basename(path) in running for path in _files(package, info) if "/systemd/system/" in path)
    }


def _files(package, info):
    name, _, architecture = package.partition(":")
    candidates = [f"{package}.list", f"{name}.list"]
    with contextlib.suppress(OSError):
        candidates += [entry for entry in _listing(info) if entry.startswith(f"{name}:")]
    for candidate in candidates:
        if architecture and not candidate.startswith(package):
            continue
        with contextlib.suppress(OSError), open(os.path.join(info, candidate), encoding="utf-8") as lines:
            return [_merged(line.rstrip("\n")) for line in lines]
    return []


_LISTINGS: dict = {}


def _listing(info):
    if info not in _LISTINGS:
        _LISTINGS[info] = [entry for entry in os.listdir(info) if entry.endswith(".list")]
    return _LISTINGS[info]


def _merged(path):
    """Debian's packages still name paths as they were before ``/lib`` and ``/bin`` became links into ``/usr``."""
    return f"/usr{path}" if path.startswith(MERGED) else path


def _mapped(proc):
    """``{path: {unit, ...}}`` of the executable files that processes of services have in memory."""
    found: dict = {}
    for process in os.listdir(proc):
        if not process.isdigit():
            continue
        with contextlib.suppress(OSError):  # a process that has ended meanwhile
            unit = unit_of(os.path.join(proc, process, "cgroup"))
            if unit:
                for path in _executables(os.path.join(proc, process, "maps")):
                    found.setdefault(path, set()).add(unit)
    return found


def unit_of(path):
    """The service that owns the process whose ``cgroup`` file this is; None: none of the server's."""
    with open(path, encoding="utf-8") as stream:
        units = UNIT.findall(stream.read())
    # A login session's manager is no service of the server.
    return units[-1] if units and not units[-1].startswith("user@") else None


def _executables(path):
    paths = set()
    with open(path, encoding="utf-8", errors="replace") as stream:
        for line in stream:
            parts = line.split(None, 5)
            if len(parts) == 6 and "x" in parts[1] and parts[5].startswith("/"):
                paths.add(_merged(parts[5].rstrip("\n").removesuffix(" (deleted)")))
    return paths

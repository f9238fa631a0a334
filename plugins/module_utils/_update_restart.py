"""Restart what still runs old code after an update, and nothing else."""

from __future__ import annotations

import contextlib
import json
import os
import re

from ansible_collections.infogere.hosting.plugins.module_utils._command import attempt, exists, last_words
from ansible_collections.infogere.hosting.plugins.module_utils._update_services import unit_of

# Restarting these ends sessions or the machine's own nervous system; they wait for the reboot.
DEFERRED = re.compile(r"(dbus|systemd-logind|user@\d+|getty@.+|serial-getty@.+|container-getty@.+|emergency|rescue)$")
MANAGER = "systemd-manager"  # needrestart's name for systemd itself, which takes up new code without a restart
SETTINGS = "/etc/infogere/patching.json"
PATIENCE = 300  # seconds for one unit; Dovecot alone can take a minute and a half to stop


def restart_outdated():
    """Restart the services that needrestart names; ``(names, what went wrong or "")``."""
    restarted = []
    deferred = deferred_restarts()
    for unit in outdated():
        if DEFERRED.match(unit) or unit in deferred:
            continue
        if unit == MANAGER:
            attempt(["systemctl", "daemon-reexec"], timeout=PATIENCE)
            continue
        code, text = attempt(["systemctl", "try-restart", "--", f"{unit}.service"], timeout=PATIENCE)
        failed = attempt(["systemctl", "is-failed", "--quiet", "--", f"{unit}.service"])[0] == 0
        if failed:
            return restarted, f"{unit} does not restart: {last_words(text, lines=1)}"
        if code == 0:
            restarted.append(unit)
    return restarted, ""


def deferred_restarts(path=SETTINGS):
    """Names of the services that the administrator restarts by hand."""
    try:
        with open(path, encoding="utf-8") as stream:
            return {name.removesuffix(".service") for name in json.load(stream)["deferred_restarts"]}
    except FileNotFoundError:
        return set()


def outdated():
    """Names of the running services whose code on the disk was replaced, sorted."""
    if exists("needrestart"):
        _code, text = attempt(["needrestart", "-b", "-l", "-r", "l"], timeout=PATIENCE)
        found = re.findall(r"^NEEDRESTART-SVC: (\S+)$", text, re.MULTILINE)
        return sorted({unit.removesuffix(".service") for unit in found})
    return _with_deleted_files()


def _with_deleted_files(proc="/proc"):
    """What needrestart looks for first: services that execute files which are no longer there."""
    found = set()
    for process in os.listdir(proc):
        if process.isdigit():
            with contextlib.suppress(OSError):  # a process that has ended meanwhile
                unit = unit_of(os.path.join(proc, process, "cgroup"))
                if unit and _has_deleted(os.path.join(proc, process, "maps")):
                    found.add(unit.removesuffix(".service"))
    return sorted(found)


def _has_deleted(path):
    with open(path, encoding="utf-8", errors="replace") as stream:
        return any(re.search(r" ..x. .* /(usr|lib|opt)\S* \(deleted\)$", line) for line in stream)

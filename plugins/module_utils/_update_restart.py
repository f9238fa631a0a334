"""Restart what an update replaced the code of, each once, and nothing else."""

from __future__ import annotations

import contextlib
import json
import os
import re

from ansible_collections.infogere.hosting.plugins.module_utils._command import attempt, exists, last_words
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._service_policy import refused_in
from ansible_collections.infogere.hosting.plugins.module_utils._update_services import unit_of

# Restarting these ends sessions or the machine's own nervous system; they wait for the reboot.
DEFERRED = re.compile(r"(dbus|systemd-logind|user@\d+|getty@.+|serial-getty@.+|container-getty@.+|emergency|rescue)$")
MANAGER = "systemd-manager"  # needrestart's name for systemd itself, which takes up new code without a restart
SETTINGS = "/etc/infogere/patching.json"
PATIENCE = 300  # seconds for one unit; Dovecot alone can take a minute and a half to stop


def restart_refused(notes, deferred):
    """Restart what maintainer scripts wanted to and were not let; ``(names, what went wrong or "")``.

    Args:
        notes: of the policy ``no_disturbance``. What has been restarted since the last refusal is left alone.
        deferred: see ``deferred_restarts``.
    """
    refused = refused_in(notes)
    running = _invocations(refused)
    return _restart((unit for unit, invocation in refused.items() if running.get(unit) == invocation), deferred)


def restart_outdated(deferred):
    """Restart the services that needrestart names but ``deferred``; ``(names, what went wrong or "")``."""
    units = outdated()
    if MANAGER in units:
        attempt(["systemctl", "daemon-reexec"], timeout=PATIENCE)
    return _restart((f"{unit}.service" for unit in units if unit != MANAGER), deferred)


def _restart(units, deferred):
    """One after the other, so that none waits for another while it is down."""
    restarted = []
    for unit in units:
        name = unit.removesuffix(".service")
        if DEFERRED.match(name) or name in deferred:
            continue
        code, text = attempt(["systemctl", "try-restart", "--", unit], timeout=PATIENCE)
        if attempt(["systemctl", "is-failed", "--quiet", "--", unit])[0] == 0:
            return restarted, f"{name} does not restart: {last_words(text, lines=1)}"
        if code == 0:
            restarted.append(name)
    return restarted, ""


def _invocations(units):
    """``{unit: its present invocation}``; a unit has another one each time it is started."""
    found = {}
    for unit in units:
        _code, text = attempt(["systemctl", "show", "--property=InvocationID", "--value", "--", unit])
        found[unit] = text.strip()
    return found


def deferred_restarts(path=SETTINGS):
    """Names of the services that the administrator restarts by hand.

    Raises:
        ModuleError: the file cannot be understood.
    """
    try:
        with open(path, encoding="utf-8") as stream:
            return {name.removesuffix(".service") for name in json.load(stream)["deferred_restarts"]}
    except FileNotFoundError:
        return set()
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        words = f"does not name the services that are restarted by hand: {type(error).__name__}: {error}"
        raise ModuleError(f"{path} {words}; apply the role patching again, or remove the file") from error


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

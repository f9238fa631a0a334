"""Bring a whole set of systemd units to their wanted state with a handful of ``systemctl`` calls.

Units whose configuration changed (see ``_pending``) are reloaded or restarted; the others are started where
they are not running; then the wanted ports are waited for, so that "started" means "answers".
"""

from __future__ import annotations

import os
import time

from ansible_collections.infogere.hosting.plugins.module_utils._command import attempt, last_words, require
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._lock import STATE_FOLDER, change_lock
from ansible_collections.infogere.hosting.plugins.module_utils._pending import clear, full_name, read

ARGUMENT_SPEC = {
    "units": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["started", "stopped"], "default": "started"},
            "enabled": {"type": "bool", "default": True},
            "masked": {"type": "bool", "default": False},
            "ports": {"type": "list", "elements": "int", "default": []},
        },
    },
}
START_PATIENCE = 300  # seconds for one systemctl call; systemd itself gives up a unit after 90
PORT_PATIENCE = 120  # seconds for a started unit to listen
POLL = 0.05
LISTEN = "0A"  # the kernel's number for a listening TCP socket
ENABLED = {"enabled", "static", "indirect", "generated", "alias", "enabled-runtime"}


def run(params, check_mode, state_folder=STATE_FOLDER):
    """Enable, disable, mask, start, stop, reload or restart what differs from ``units``.

    Returns:
        ``changed``, ``actions`` (list of ``verb unit``), ``diff``.

    Raises:
        ModuleError: a unit does not start (with its last journal lines), or a port stays closed.
    """
    units = {full_name(unit["name"]): unit for unit in params["units"]}
    steps = steps_between(_show(units), units, read(state_folder))
    if steps and not check_mode:
        with change_lock("service_set", state_folder):
            steps = steps_between(_show(units), units, read(state_folder))
            _apply(steps, state_folder)
    if not check_mode:
        _wait_for_ports(units, PORT_PATIENCE)
    actions = [f"{verb} {unit}".strip() for verb, names in steps for unit in names]
    return {
        "changed": bool(steps),
        "actions": actions,
        "diff": {"before": "", "after": "".join(f"{action}\n" for action in actions)},
    }


def verify(params):
    """Look once whether the ports of units that are to run are open; raises ``ModuleError`` where one is not."""
    _wait_for_ports({full_name(unit["name"]): unit for unit in params["units"]}, patience=0)


def steps_between(now, units, pending):
    """``[(systemctl verb, unit names)]`` in the order in which they are to be done.

    Args:
        now: ``{unit: {property: value}}`` as systemd has it.
        units: ``{unit: wanted}``, one entry of ``units`` each.
        pending: ``{unit: "reload" or "restart"}`` of the units whose configuration changed.
    """
    verbs: dict[str, list[str]] = {
        verb: []
        for verb in ("daemon-reload", "mask", "unmask", "disable", "stop", "enable", "restart", "reload", "start")
    }
    for name, wanted in units.items():
        is_now = now[name]
        if is_now["NeedDaemonReload"] == "yes" and not verbs["daemon-reload"]:
            verbs["daemon-reload"].append("")
        running = is_now["ActiveState"] in {"active", "activating", "reloading"}
        if wanted["masked"] or wanted["state"] == "stopped":
            _stop_steps(verbs, name, wanted, is_now, running)
            continue
        if is_now["LoadState"] == "masked":
            verbs["unmask"].append(name)
        if wanted["enabled"] and is_now["UnitFileState"] not in ENABLED:
            verbs["enable"].append(name)
        elif not wanted["enabled"] and is_now["UnitFileState"] == "enabled":
            verbs["disable"].append(name)
        if not running:
            verbs["start"].append(name)
        elif name in pending:
            verbs[pending[name]].append(name)
    return [(verb, names) for verb, names in verbs.items() if names]


def _stop_steps(verbs, name, wanted, is_now, running):
    if is_now["LoadState"] == "not-found":
        return
    if running:
        verbs["stop"].append(name)
    if wanted["masked"]:
        if is_now["LoadState"] != "masked":
            verbs["mask"].append(name)
    elif not wanted["enabled"] and is_now["UnitFileState"] == "enabled":
        verbs["disable"].append(name)


def _show(units):
    """``{unit: {property: value}}`` from one systemctl call."""
    properties = ("Id", "LoadState", "ActiveState", "UnitFileState", "NeedDaemonReload")
    text = require(
        ["systemctl", "show", "--property", ",".join(properties), "--", *units],
        "systemctl show",
        timeout=START_PATIENCE,
    )
    blocks = [dict(line.partition("=")[::2] for line in block.splitlines()) for block in text.strip().split("\n\n")]
    # systemctl answers in the order asked; Id may be another name of the same unit (an alias).
    return {name: {key: block.get(key, "") for key in properties} for name, block in zip(units, blocks, strict=True)}


def _apply(steps, state_folder):
    for verb, names in steps:
        argv = ["systemctl", verb, *[name for name in names if name]]
        code, text = attempt(argv, timeout=START_PATIENCE)
        if code != 0:
            raise ModuleError(_why(verb, names) or f"systemctl {verb}: {last_words(text)}")
        if verb in {"restart", "reload", "start"}:
            clear(state_folder, names)


def _why(verb, names):
    """Name the unit that failed and quote the end of its journal."""
    for name in names:
        code, state = attempt(["systemctl", "is-active", name])
        if code != 0 and state.strip() in {"failed", "inactive", "activating"}:
            _code, journal = attempt(["journalctl", "-u", name, "-n", "5", "-o", "cat", "--no-pager"])
            return f"{name} does not {verb}: {last_words(journal, lines=4)}; look at: journalctl -u {name}"
    return ""


def _wait_for_ports(units, patience):
    wanted = {port: name for name, unit in units.items() if unit["state"] == "started" for port in unit["ports"]}
    deadline = time.monotonic() + patience
    while True:
        closed = sorted(set(wanted) - _listening())
        if not closed:
            return
        if time.monotonic() > deadline:
            port = closed[0]
            raise ModuleError(
                f"{wanted[port]} runs but does not listen on port {port} after {patience} s; "
                f"look at: journalctl -u {wanted[port]}"
            )
        time.sleep(POLL)


def _listening():
    """TCP ports on which somebody listens, IPv4 and IPv6."""
    ports = set()
    for path in ("/proc/net/tcp", "/proc/net/tcp6"):
        if os.path.exists(path):
            with open(path, encoding="ascii") as handle:
                for line in handle.readlines()[1:]:
                    fields = line.split()
                    if fields[3] == LISTEN:
                        ports.add(int(fields[1].rpartition(":")[2], 16))
    return ports

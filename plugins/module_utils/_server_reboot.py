"""Reboot this server for what waits for it, and know afterwards that it has happened."""

from __future__ import annotations

import contextlib
import datetime
import json
import os

from ansible_collections.infogere.hosting.plugins.module_utils._command import attempt, require
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._lock import STATE_FOLDER, change_lock
from ansible_collections.infogere.hosting.plugins.module_utils._reboot_needs import needs
from ansible_collections.infogere.hosting.plugins.module_utils._transaction import write_file

ARGUMENT_SPEC = {
    "event": {"type": "str", "default": "look", "choices": ["look", "reboot", "boot", "cancel", "forget"]},
    "works": {"type": "str", "default": ""},
    "decision": {"type": "int"},
    # The action plugin's own: it waits on the controller.
    "patience": {"type": "int", "default": 600},
    "health_patience": {"type": "int", "default": 120},
    "keep_works_open": {"type": "bool", "default": False},
}
BEGUN = os.path.join(STATE_FOLDER, "reboot.json")


def run(params, check_mode, begun=BEGUN):
    """Look, go down, name the boot, cancel or forget a reboot; the module's documentation has the result.

    Raises:
        ModuleError: somebody else is changing the server, or systemd does not reboot, or not cancel it.
    """
    event = params["event"]
    if event in {"cancel", "forget"}:
        if event == "cancel" and not check_mode:
            # Jobs of a reboot can be replaced by nothing: all that wait are its own.
            require(["systemctl", "cancel"], "systemd does not cancel the reboot")
        if not check_mode:
            _forget(begun)
        return {"changed": False}
    if event == "boot":
        return {"changed": False, "boot": boot_id(), "up_since": _up_since(), "kernel": os.uname().release}
    if event == "look" or check_mode:
        return {"changed": event == "reboot", **_seen(begun)}
    # Not in the middle of an update: dpkg would be left half way.
    with change_lock("server_reboot"):
        seen = _seen(begun)
        intent = {key: seen[key] for key in ("boot", "packages", "services", "kernel")}
        intent["began"] = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        # A run that completes it later has other works and another decision.
        intent |= {"works": params["works"], "decision": params["decision"]}
        write_file(begun, f"{json.dumps(intent, sort_keys=True)}\n".encode(), 0o600, 0, 0)
        try:
            # It returns at once; the connection ends with the server's services.
            require(["systemctl", "--no-block", "--no-wall", "reboot"], "systemd does not reboot")
        except ModuleError:
            _forget(begun)  # the next boot, some day, is not this one
            raise
    return {"changed": True, **seen}


def _forget(begun):
    with contextlib.suppress(FileNotFoundError):
        os.unlink(begun)


def boot_id():
    """Names the present boot: the kernel's own id, and when its first process began: containers share the former."""
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as stream:
        kernel = stream.read().strip()
    with open("/proc/1/stat", encoding="utf-8", errors="replace") as stream:
        fields = stream.read().rpartition(")")[2].split()  # the name in parentheses may hold anything
    return f"{kernel}.{fields[19]}"


def _seen(begun):
    waiting = needs()
    boot = boot_id()
    return {
        **waiting,
        "pending": bool(waiting["packages"] or waiting["services"]),
        "boot": boot,
        "up_since": _up_since(),
        "begun": _begun(begun, boot),
    }


def _begun(path, boot):
    """The reboot that has happened and is not on record yet; None: there is none."""
    try:
        with open(path, encoding="utf-8") as stream:
            intent = json.load(stream)
    except (FileNotFoundError, ValueError):
        return None
    return intent if intent["boot"] != boot else None


def _up_since():
    """When systemd had started everything after this boot, seconds since 1970; 0: it has not yet."""
    code, text = attempt(["systemctl", "show", "--timestamp=unix", "--property=FinishTimestamp", "--value"])
    stamp = text.strip().lstrip("@")
    return int(stamp) if code == 0 and stamp.isdigit() else 0

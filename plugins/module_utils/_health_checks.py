"""Keep the server's list of health checks, and carry them out."""

from __future__ import annotations

import json
import re

from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._health import CHECK, HEALTH_FILE, settle
from ansible_collections.infogere.hosting.plugins.module_utils._transaction import write_file

ARGUMENT_SPEC = {
    "checks": {"type": "list", "elements": "dict", "options": CHECK},
    "patience": {"type": "int", "default": 30},
}


def run(params, check_mode, path=HEALTH_FILE):
    """Write the checks where updates and monitoring find them, then ask every service.

    Raises:
        ModuleError: a service does not work, or a check is malformed.
    """
    kept = checks_in(path)
    wanted = kept if params["checks"] is None else [_without_unset(check) for check in params["checks"]]
    for check in wanted:
        _require_sound(check)
    changed = wanted != kept
    if changed and not check_mode:
        write_file(path, f"{json.dumps(wanted, indent=1, sort_keys=True)}\n".encode(), 0o644, 0, 0)
    if not check_mode:
        _ask(wanted, params["patience"])
    return {
        "changed": changed,
        "services": sorted({check["service"] for check in wanted}),
        "diff": {"before": _shown(kept), "after": _shown(wanted)},
    }


def verify(params):
    """Ask every service once, on a server that keeps these checks already; raises ``ModuleError`` as ``run`` does."""
    _ask(checks_in() if params["checks"] is None else params["checks"], patience=0)


def checks_in(path=HEALTH_FILE):
    """The checks that the last converge has left on the server; none before the first."""
    try:
        with open(path, encoding="utf-8") as stream:
            return json.load(stream)
    except FileNotFoundError:
        return []
    except ValueError as error:
        raise ModuleError(f"{path}: {error}; converge the server again") from error


def _ask(checks, patience):
    found = settle(checks, patience)
    if found:
        raise ModuleError("; ".join(f"{service}: {why}" for service, why in sorted(found.items())))


def _without_unset(check):
    return {key: value for key, value in check.items() if value not in (None, False)}


def _require_sound(check):
    target = check.get("connect", "")
    if target and not re.fullmatch(r"/\S+|\S+:\d+", target):
        raise ModuleError(f"{check['service']}: {target!r} is neither a socket's path nor HOST:PORT")
    try:
        re.compile(check.get("expect", ""))
    except re.error as error:
        raise ModuleError(f"{check['service']}: expect: {error}") from error


def _shown(checks):
    return "".join(f"{json.dumps(check, sort_keys=True)}\n" for check in checks)

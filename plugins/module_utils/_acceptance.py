"""What a server says of itself before it is handed over: its address and the state of its units."""

from __future__ import annotations

import json

from ansible_collections.infogere.hosting.plugins.module_utils._command import attempt, require
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._pending import full_name

ARGUMENT_SPEC = {
    "units": {"type": "list", "elements": "dict", "default": []},
    "reachable": {"type": "list", "elements": "dict", "default": []},
    "ordered": {"type": "list", "elements": "str", "default": []},
    "options": {"type": "dict", "default": {}},
    "stack": {"type": "bool", "default": False},
    "address": {"type": "str", "default": ""},
    "log_in": {"type": "bool", "default": True},
}
ANYWHERE = "192.0.2.1"  # no packet goes there: only the route is asked for (RFC 5737)
PATIENCE = 30  # seconds for one command


def run(params, check_mode):
    """Look, and change nothing.

    Returns:
        ``units`` (full name to systemd's state), ``address`` of the default route (empty without one), ``dynamic``
        (True if it was lent for a time, as DHCP does).
    """
    names = [unit["name"] for unit in params["units"] if unit.get("state", "started") == "started"]
    for option in params["ordered"]:
        names += params["options"].get(option, [])
    return {"changed": False, "units": _states(list(dict.fromkeys(map(full_name, names)))), **_address()}


def _states(names):
    if not names:
        return {}
    _code, text = attempt(["systemctl", "is-active", "--", *names], timeout=PATIENCE)
    states = text.split()
    if len(states) != len(names):
        raise ModuleError(f"systemctl is-active answered {text.strip()!r} about {len(names)} units")
    return dict(zip(names, states, strict=True))


def _address():
    code, text = attempt(["ip", "-4", "-json", "route", "get", ANYWHERE], timeout=PATIENCE)
    if code != 0:
        return {"address": "", "dynamic": False}
    route = json.loads(text)[0]
    links = json.loads(require(["ip", "-4", "-json", "addr", "show", "dev", route["dev"]], "ip addr", timeout=PATIENCE))
    for address in (address for link in links for address in link.get("addr_info", ())):
        if address["local"] == route["prefsrc"]:
            return {"address": route["prefsrc"], "dynamic": bool(address.get("dynamic"))}
    return {"address": route["prefsrc"], "dynamic": False}

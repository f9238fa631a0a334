"""Units whose configuration changed and which have not yet been told.

The mark is written in the same transaction as the files, and removed once the unit has been reloaded
or restarted, so a run that dies in between is healed by the next one. Handlers cannot do that: a
second run sees no change and never calls them.
"""

from __future__ import annotations

import os
import re

FOLDER = "pending"
STRENGTH = {"reload": 1, "restart": 2}


def full_name(name):
    """``nginx`` -> ``nginx.service``; ``php8.2-fpm`` has a dot, but no type either."""
    return name if re.search(r"\.(service|socket|timer|target|path|mount)$", name) else f"{name}.service"


def path_of(state_folder, unit):
    """File that holds the pending action of ``unit``."""
    return os.path.join(state_folder, FOLDER, unit)


def read(state_folder):
    """``{unit: "reload" or "restart"}`` of every unit that waits."""
    folder = os.path.join(state_folder, FOLDER)
    if not os.path.isdir(folder):
        return {}
    waiting = {}
    for unit in sorted(os.listdir(folder)):
        if not unit.startswith("."):
            with open(os.path.join(folder, unit), encoding="ascii") as handle:
                waiting[unit] = handle.read().strip()
    return waiting


def stronger(first, second):
    """Of two actions the one that covers both (a restart covers a reload)."""
    return max((first, second), key=lambda action: STRENGTH.get(action, 0))


def clear(state_folder, units):
    """Forget the pending action of ``units``."""
    for unit in units:
        path = path_of(state_folder, unit)
        if os.path.exists(path):
            os.unlink(path)

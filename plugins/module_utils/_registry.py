"""The ticket objects that this server holds: one small file each, written before the object itself is made.

Nothing that is not in here is ever changed or removed on a ticket's word, whatever its name: the databases
of the mail service and the accounts that an administrator made by hand are out of reach.
"""

from __future__ import annotations

import json
import os

from ansible_collections.infogere.hosting.plugins.module_utils._lock import STATE_FOLDER
from ansible_collections.infogere.hosting.plugins.module_utils._transaction import remove, write_file

FOLDER = "objects"
SUFFIX = ".json"


def registered(kind, name):
    """The entry of one object as a dict, or None."""
    try:
        with open(entry_file(kind, name), encoding="utf-8") as stream:
            return json.load(stream)
    except FileNotFoundError:
        return None


def all_registered(kind):
    """``{name: entry}`` of all objects of ``kind``, sorted by name."""
    folder = os.path.join(STATE_FOLDER, FOLDER, kind)
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    return {
        name.removesuffix(SUFFIX): registered(kind, name.removesuffix(SUFFIX))
        for name in names
        if name.endswith(SUFFIX) and not name.startswith(".")
    }


def register(kind, name, entry):
    """Keep ``entry`` (durably: written aside, flushed, renamed)."""
    path = entry_file(kind, name)
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    write_file(path, f"{json.dumps(entry, sort_keys=True)}\n".encode(), 0o600, 0, 0)


def unregister(kind, name):
    """Remove the entry, if there is one."""
    remove(entry_file(kind, name))


def entry_file(kind, name):
    """Where the entry of one object lies."""
    return os.path.join(STATE_FOLDER, FOLDER, kind, f"{name}{SUFFIX}")

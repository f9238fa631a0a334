"""Deploy a whole tree of configuration files in one step, or not at all."""

from __future__ import annotations

import fnmatch
import os

from ansible_collections.infogere.hosting.plugins.module_utils._command import attempt, last_words
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._lock import STATE_FOLDER, change_lock
from ansible_collections.infogere.hosting.plugins.module_utils._pending import path_of, read, stronger
from ansible_collections.infogere.hosting.plugins.module_utils._transaction import (
    Transaction,
    half_done,
    recover,
    write_file,
)
from ansible_collections.infogere.hosting.plugins.module_utils._tree_plan import plan

# What the server is sent: the tree, rendered by the controller.
ATTRIBUTES = {name: {"type": "str", "required": True} for name in ("path", "mode", "owner", "group")}
ARGUMENT_SPEC = {
    "files": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            **ATTRIBUTES,
            # May hold a secret, and an ordinary module writes its arguments to the system's log.
            "content": {"type": "str", "required": True, "no_log": True},
            "sensitive": {"type": "bool", "default": False},
            "notify": {"type": "bool", "default": True},
            "once": {"type": "bool", "default": False},
        },
    },
    "directories": {"type": "list", "elements": "dict", "default": [], "options": ATTRIBUTES},
    "links": {"type": "dict", "default": {}},
    "absent": {"type": "list", "elements": "str", "default": []},
    "owns": {"type": "list", "elements": "str", "default": []},
    "keeps": {"type": "list", "elements": "str", "default": []},
    "checkers": {"type": "list", "elements": "str", "default": []},
    "after_change": {"type": "dict", "default": {}},
    "notify_units": {"type": "dict", "default": {}},
}
CHECKER_PATIENCE = 60  # seconds


def run(params, check_mode, state_folder=STATE_FOLDER):
    """Bring the server to the tree in ``params``.

    Args:
        state_folder: folder on the server that holds the lock, open transactions and pending marks.

    Returns:
        ``changed``, ``changed_paths`` (list of paths), ``diff`` (one entry a path),
        ``recovered`` (paths put back from a run that was killed half-way).

    Raises:
        ModuleError: the checker refused, or a write failed; every file is as it was before.
    """
    for command in (*params["checkers"], *params["after_change"].values()):
        _words(command)
    if check_mode:
        return _result(plan(params, check_mode=True), [])
    if not half_done(state_folder) and not plan(params):
        return _result([], [])
    with change_lock("config_tree", state_folder):
        recovered = recover(state_folder)
        changes = plan(params)
        if changes:
            deploy(changes, params, state_folder)
    return _result(changes, recovered)


def deploy(changes, params, state_folder=STATE_FOLDER):
    """Apply ``changes``, run the hooks and the checkers; put everything back if one refuses.

    Raises:
        ModuleError: what refused; everything is as it was before.
        NotPutBackError: and something could not be put back; the next change on the server tries again.
    """
    marks = _marks(changes, params["notify_units"], state_folder)
    touched = [change.path for change in changes] + list(marks)
    try:
        with Transaction(state_folder, touched):
            for path, action in marks.items():
                write_file(path, f"{action}\n".encode(), 0o600, os.geteuid(), os.getegid())
            _apply(changes)
            for command in (*_hooks(changes, params["after_change"]), *params["checkers"]):
                _refuse_unless_ok(command)
    except OSError as error:
        where = error.filename or state_folder
        raise ModuleError(f"{where}: {error.strerror or error}; nothing was changed") from error


def _apply(changes):
    for change in changes:
        try:
            change.apply()
        except OSError as error:
            raise ModuleError(f"{change.path}: {error.strerror or error}; every file was put back") from error


def _marks(changes, notify_units, state_folder):
    """``{path: action}`` of the pending marks that ``changes`` call for."""
    if not any(change.notify for change in changes):
        return {}
    waiting = read(state_folder)
    return {
        path_of(state_folder, unit): stronger(action, waiting.get(unit, "")) for unit, action in notify_units.items()
    }


def _hooks(changes, after_change):
    """Commands whose pattern matches a changed path, each once, in their order."""
    paths = [change.path for change in changes if change.verb != "remove"]
    return [command for glob, command in after_change.items() if fnmatch.filter(paths, glob)]


def _refuse_unless_ok(command):
    code, text = attempt(_words(command), timeout=CHECKER_PATIENCE)
    if code != 0:
        words = last_words(text) or f"exit code {code}"
        raise ModuleError(f"`{command}` refuses the new configuration: {words}; every file was put back")


def _words(command):
    import shlex  # here: a tree that is up to date runs no command

    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ModuleError(f"`{command}` is not a command line: {error}") from error
    if not words:
        raise ModuleError("an empty command line checks nothing; leave it out")
    return words


def _result(changes, recovered):
    return {
        "changed": bool(changes or recovered),
        "changed_paths": [change.path for change in changes],
        "recovered": recovered,
        "diff": [
            {
                "before_header": change.path,
                "after_header": change.path,
                "before": change.before,
                "after": change.after,
            }
            for change in changes
        ],
    }

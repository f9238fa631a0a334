"""Do a ticket's work once: the server keeps a journal of operations, and answers a repeated one from it.

The journal entry is written after the effect. A run that is killed in between is healed by the next one,
because every effect is "create if absent" or "remove if present".
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from dataclasses import dataclass

from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._lock import STATE_FOLDER, change_lock
from ansible_collections.infogere.hosting.plugins.module_utils._names import operation_id as checked_id
from ansible_collections.infogere.hosting.plugins.module_utils._transaction import recover, write_file

FOLDER = "operations"
DERIVED = "request-"  # prefix of ids made from the request itself
RETENTION = 180 * 86400  # seconds; a ticket is not replayed half a year later
NEVER_KEPT = {"diff", "invocation"}


@dataclass(frozen=True)
class Operation:
    """One request for one object.

    Attributes:
        id: what the caller named it, or ``request-`` and the start of the digest.
        kind, name, state: the object and what it should be.
        digest: SHA-256 of the request without secrets; the same id with another digest is refused.
    """

    id: str
    kind: str
    name: str
    state: str
    digest: str

    @property
    def derived(self):
        """True if nobody named the operation: a repeat then checks the server again."""
        return self.id.startswith(DERIVED)


def operation_of(kind, params, fields):
    """The ``Operation`` behind a module's ``params``; ``fields`` names those that make the request (no secrets)."""
    request = {"kind": kind, **{name: params[name] for name in ("name", "state", *fields)}}
    digest = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
    given = params.get("operation_id")
    if given and given.startswith(DERIVED):
        raise ModuleError(
            f"operation id {given}: ids that start with {DERIVED} are made by the server; name it otherwise"
        )
    identity = checked_id(given) if given else f"{DERIVED}{digest[:32]}"
    return Operation(identity, kind, params["name"], params["state"], digest)


def perform(operation, check_mode, act):
    """Call ``act()`` at most once for a named operation, and return its result.

    Args:
        act: does the work and returns the module's result; in check mode it must change nothing.

    Returns:
        The result with ``operation_id`` and ``replayed``. A replay returns what the first run returned,
        except ``changed``, which is about this run.

    Raises:
        ModuleError: the id stands for another request.
    """
    if check_mode:
        stored = _stored(operation)
        return _answer(operation, stored, replayed=True) if _settles(operation, stored) else _first(operation, act())
    with change_lock(f"{operation.kind} {operation.name}"):
        recover(STATE_FOLDER)
        stored = _stored(operation)
        if _settles(operation, stored):
            return _answer(operation, stored, replayed=True)
        result = _acted(operation, act)
        if stored and not result["changed"]:
            return _answer(operation, stored, replayed=True)
        _keep(operation, result)
    return _first(operation, result)


def _acted(operation, act):
    """``act()``, with a full disk and the like told in one line."""
    try:
        return act()
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise ModuleError(
            f"{operation.kind} {operation.name}: {where}{error.strerror or error}; mend that and start again"
        ) from error


def _settles(operation, stored):
    return stored is not None and not operation.derived


def _first(operation, result):
    return {**result, "operation_id": operation.id, "replayed": False}


def _answer(operation, stored, replayed):
    return {**stored["result"], "changed": False, "operation_id": operation.id, "replayed": replayed}


def _stored(operation):
    """The journal's entry for this id, or None; refuses an id that stands for something else."""
    try:
        with open(_path(operation.id), encoding="utf-8") as stream:
            entry = json.load(stream)
    except FileNotFoundError:
        return None
    if entry["digest"] != operation.digest:
        raise ModuleError(
            f"operation {operation.id} was {entry['kind']} {entry['name']} {entry['state']} "
            f"on {entry['finished']}, with another request; give this request an id of its own"
        )
    return entry


def _keep(operation, result):
    entry = {
        "operation_id": operation.id,
        "kind": operation.kind,
        "name": operation.name,
        "state": operation.state,
        "digest": operation.digest,
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "result": {key: value for key, value in result.items() if key not in NEVER_KEPT},
    }
    os.makedirs(os.path.join(STATE_FOLDER, FOLDER), mode=0o700, exist_ok=True)
    write_file(_path(operation.id), f"{json.dumps(entry, sort_keys=True)}\n".encode(), 0o600, 0, 0)
    _prune(time.time() - RETENTION)


def _prune(before):
    """Drop entries last written before the instant ``before`` (seconds since 1970)."""
    with os.scandir(os.path.join(STATE_FOLDER, FOLDER)) as entries:
        for entry in entries:
            if entry.stat(follow_symlinks=False).st_mtime < before:
                os.unlink(entry.path)


def _path(identity):
    return os.path.join(STATE_FOLDER, FOLDER, f"{identity}.json")

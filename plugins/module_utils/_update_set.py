"""Apply a frozen plan of updates: exactly these versions, as one unit, and back if a service does not survive.

The work is done by a process of its own that outlives the connection: a controller that dies, or a network that
breaks, leaves no server half updated. The next call with the same plan finds the result.
"""

from __future__ import annotations

import json
import os
import re
import time

from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._health import CHECK
from ansible_collections.infogere.hosting.plugins.module_utils._health_checks import checks_in
from ansible_collections.infogere.hosting.plugins.module_utils._lock import STATE_FOLDER, change_lock
from ansible_collections.infogere.hosting.plugins.module_utils._transaction import write_file
from ansible_collections.infogere.hosting.plugins.module_utils._update_run import UpdateRun
from ansible_collections.infogere.hosting.plugins.module_utils._update_verify import differences

ARGUMENT_SPEC = {
    "plan": {"type": "str", "required": True},
    "digest": {"type": "str", "required": True},
    "changes": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "package": {"type": "str", "required": True},
            "installed": {"type": "str"},
            "candidate": {"type": "str"},
        },
    },
    "checks": {"type": "list", "elements": "dict", "options": CHECK},
    "health_patience": {"type": "int", "default": 120},
}
FOLDER = "patches"
POLL = 0.1
LOCK_PATIENCE = 600  # seconds; a package transaction of another run may take that long
PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]+(:[a-z0-9-]+)?")
VERSION = re.compile(r"[A-Za-z0-9.+~:-]+")
PLAN = re.compile(r"[A-Za-z0-9-]+")


def run(params, check_mode):
    """Apply the plan unless it was applied; see the module's documentation for the result.

    Raises:
        ModuleError: the plan no longer fits the server, or nothing could be started; then nothing was changed.
    """
    _require_sound(params)
    changes = [{key: change.get(key) for key in ("package", "installed", "candidate")} for change in params["changes"]]
    folder = os.path.join(STATE_FOLDER, FOLDER, f"{params['plan']}-{params['digest'][:12]}")
    done = _result(folder)
    if done:
        return {**done, "changed": False, "replayed": True}
    if not changes:
        return {"changed": False, "outcome": "ok", "changes": [], "interruptions": [], "restarted": [], "message": ""}
    checks = params["checks"] if params["checks"] is not None else checks_in()
    if check_mode:
        _require_fitting(changes)
        return {"changed": True, "outcome": "ok", "changes": _wanted(changes), "interruptions": [], "restarted": []}
    os.makedirs(folder, mode=0o700, exist_ok=True)
    child = os.fork()
    if child == 0:
        _work_apart(folder, changes, checks, params["health_patience"])
    return _awaited(folder, child)


def _work_apart(folder, changes, checks, patience):
    """In the child: cut loose from the connection, do the work, leave the result. Never returns."""
    code = 1
    try:
        os.setsid()
        log = os.open(os.path.join(folder, "log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for target, source in ((0, nothing), (1, log), (2, log)):
            os.dup2(source, target)
        try:
            with change_lock("update_set", patience=LOCK_PATIENCE):
                result = _result(folder)
                if not result:
                    if not os.path.exists(os.path.join(folder, "begun")):
                        _require_fitting(changes)
                    result = UpdateRun(folder, changes, checks, patience).carry_out()
                    _keep(folder, "result", result)
        except ModuleError as error:
            _keep(folder, f"refused-{os.getpid()}", {"failed": True, "msg": str(error)})
        except OSError as error:
            words = f"{error.filename or folder}: {error.strerror or error}; mend that and start again"
            _keep(folder, f"refused-{os.getpid()}", {"failed": True, "msg": words})
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()  # into the plan's log
    finally:
        os._exit(code)


def _awaited(folder, child):
    """In the parent: the child's result."""
    refused = os.path.join(folder, f"refused-{child}.json")
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        time.sleep(POLL)
    if os.path.exists(refused):
        with open(refused, encoding="utf-8") as stream:
            words = json.load(stream)["msg"]
        os.unlink(refused)
        raise ModuleError(words)
    done = _result(folder)
    if done is None:
        raise ModuleError(f"the update ended without a result (status {status}); its log is {folder}/log")
    return {**done, "changed": bool(done["changes"]), "replayed": False}


def _require_fitting(changes):
    found = differences(changes)
    if found:
        raise ModuleError(
            "the plan no longer fits this server: " + "; ".join(found) + "; nothing was changed; make a new plan"
        )


def _require_sound(params):
    if not (PLAN.fullmatch(params["plan"]) and re.fullmatch(r"[0-9a-f]{64}", params["digest"])):
        raise ModuleError(f"plan {params['plan']!r} with digest {params['digest']!r} cannot be one of ours")
    for change in params["changes"]:
        versions = [change.get("installed"), change.get("candidate")]
        sound = PACKAGE.fullmatch(change["package"]) and all(VERSION.fullmatch(v) for v in versions if v)
        if not sound or not any(versions):
            raise ModuleError(f"{change!r} is no change of a Debian package")


def _wanted(changes):
    return [{"package": c["package"], "before": c["installed"], "after": c["candidate"]} for c in changes]


def _result(folder):
    try:
        with open(os.path.join(folder, "result.json"), encoding="utf-8") as stream:
            return json.load(stream)
    except FileNotFoundError:
        return None


def _keep(folder, name, value):
    write_file(os.path.join(folder, f"{name}.json"), f"{json.dumps(value, sort_keys=True)}\n".encode(), 0o600, 0, 0)

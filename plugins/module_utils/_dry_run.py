"""Ask several modules, in one call, whether any of them would change something."""

from __future__ import annotations

from importlib import import_module

from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._lock import STATE_FOLDER
from ansible_collections.infogere.hosting.plugins.module_utils._transaction import half_done

ARGUMENT_SPEC = {
    "calls": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "module": {"type": "str", "required": True},
            # May hold secrets, and an ordinary module writes its arguments to the system's log.
            "params": {"type": "dict", "required": True, "no_log": True},
        },
    },
}


def run(params, check_mode, state_folder=STATE_FOLDER):
    """Run each call as in check mode, up to the first that would change something or fails.

    An error is left to the task itself, which may mend its cause or has words for it: here it means something to do.
    Where all of it is in place, each module that has ``verify(params)`` asks what only a running server can
    answer. In check mode that is left out, as the modules themselves do.

    Returns:
        ``changed`` (always False), ``first`` (index of the call that has something to do, or None) and ``why``.
    """
    if half_done(state_folder):
        return _result(0, "a killed run left files to put back")
    for index, call in enumerate(params["calls"]):
        try:
            if _module(call).run(call["params"], True)["changed"]:
                return _result(index, "would change")
        except Exception as error:
            return _result(index, _words(error))
    for index, call in enumerate([] if check_mode else params["calls"]):
        try:
            getattr(_module(call), "verify", _nothing)(call["params"])
        except Exception as error:
            return _result(index, _words(error))
    return _result(None, "")


def _module(call):
    return import_module(f"{__package__}._{call['module']}")


def _nothing(_params):
    """What most modules have to verify on a server that has all of its files."""


def _words(error):
    return str(error) if isinstance(error, ModuleError) else f"{type(error).__name__}: {error}"


def _result(first, why):
    return {"changed": False, "first": first, "why": why}

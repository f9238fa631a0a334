"""Validate a request before Ansible reads anything in it: see the module's documentation."""

from __future__ import annotations

from ansible.plugins.action import ActionBase
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.plugin_utils.remote import remote_module

from infogere.errors import InfogereError
from infogere.tickets import request as requests

EMPTY_IS_NONE = ("php_version", "site", "operation_id")


class ActionModule(ActionBase):
    """Runs on the controller alone."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        self.validate_argument_spec({})
        task_vars = task_vars or {}
        try:
            return {"changed": False, "request": _checked(task_vars.get("request"), task_vars["groups"])}
        except (InfogereError, ModuleError) as error:
            return {"failed": True, "msg": str(error)}


def _checked(raw, groups) -> dict:
    """The request with checked and normalised names; without its password, which never goes into a result."""
    request = requests.parse(raw)
    requests.check_server(request.server, list(groups["all"]), list(groups))
    given = request.model_dump(exclude={"password"})
    module = remote_module(request.kind)
    defaults = {name: option.get("default") for name, option in module.ARGUMENT_SPEC.items()}
    arguments = {name: given[name] for name in module.ARGUMENT_SPEC if name in given}
    absent = {name: None for name in EMPTY_IS_NONE if not arguments.get(name, True)}
    names = module.validated({**defaults, **arguments, **absent})
    return {**given, **{name: names[name] or "" for name in given if isinstance(names.get(name), str)}} | {
        name: names[name] for name in ("aliases", "databases") if name in given
    }

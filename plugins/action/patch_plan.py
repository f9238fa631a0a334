"""Make, freeze and take plans of updates: see the module's documentation."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.infogere.hosting.plugins.plugin_utils.contract_variables import contract_variables

from infogere import settings
from infogere.errors import InfogereError
from infogere.fleet.models import Server
from infogere.patching import frozen, keeping
from infogere.patching.plan import Plan
from infogere.record.recorder import PROCESS_RUN

ARGUMENT_SPEC = {
    "event": {"type": "str", "required": True, "choices": ["consider", "freeze", "take", "done"]},
    "pending": {"type": "dict"},
    "digest": {"type": "str", "default": ""},
    "security": {"type": "bool", "default": False},
    "done": {"type": "dict"},
}
REQUIRED_IF = [("event", "freeze", ["pending"]), ("event", "done", ["done"])]


class ActionModule(ActionBase):
    """Runs on the controller alone."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        _, arguments = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC, required_if=REQUIRED_IF)
        try:
            return self._answer(arguments, task_vars or {})
        except InfogereError as error:
            raise AnsibleActionFail(str(error)) from None

    def _answer(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        where = settings.load()
        controller = keeping.Controller(where.record_url, settings.ensure_state_dir(where), PROCESS_RUN)
        host = str(task_vars["inventory_hostname"])
        match arguments["event"]:
            case "consider":
                return self._consider(host, task_vars, controller)
            case "freeze":
                server = self._server(host, task_vars)
                pending, security = arguments["pending"], arguments["security"]
                return _said(keeping.freeze(server, pending, controller, security_only=security))
            case "take":
                plan = frozen.thaw(controller.state_dir, host, arguments["digest"])
                if arguments["security"]:
                    keeping.require_security(plan)
                return _said(plan)
        keeping.keep_result(frozen.thaw(controller.state_dir, host, arguments["digest"]), arguments["done"], controller)
        return {"changed": False}

    def _consider(self, host: str, task_vars: dict[str, Any], controller: keeping.Controller) -> dict[str, Any]:
        refusal = keeping.never_allowed(self._server(host, task_vars), controller)
        if refusal is None:
            return {"changed": False, "refused": False}
        said = f"no updates [{refusal.clause}]: {refusal.reason}"
        return {"changed": False, "refused": True, "msg": said, "warnings": [f"{host}: {said}"]}

    def _server(self, host: str, task_vars: dict[str, Any]) -> Server:
        return keeping.server_of(host, contract_variables(self._templar, task_vars))


def _said(plan: Plan) -> dict[str, Any]:
    return {
        "changed": False,
        "plan": plan.name,
        "digest": plan.digest,
        "changes": [
            {"package": change.package, "installed": change.installed, "candidate": change.candidate}
            for change in plan.planned
        ],
        "refused_packages": [change.package for change in plan.refused],
        "agreements": list(plan.agreements),
        "services": list(plan.services),
        "reboot": plan.reboot,
        "msg": f"{len(plan.planned)} planned, {len(plan.refused)} refused, digest {plan.digest[:12]}",
    }

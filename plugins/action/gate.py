"""Ask the contract before a playbook acts: see the module's documentation."""

from __future__ import annotations

import contextlib
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible_collections.infogere.hosting.plugins.plugin_utils import workers
from ansible_collections.infogere.hosting.plugins.plugin_utils.contract_variables import contract_variables

from infogere import settings
from infogere.errors import InfogereError
from infogere.patching.announced import works_of
from infogere.policy import gate
from infogere.record.recorder import PROCESS_RUN

ARGUMENT_SPEC = {
    "action": {"type": "str", "required": True},
    "emergency": {"type": "str"},
    "agreement": {"type": "str"},
    "notified": {"type": "str"},
    "expected_duration": {"type": "int", "default": 0},
    "strict": {"type": "bool"},
}

# Ansible imports this plugin in its main process and forks a worker per task: terms that are loaded
# here are loaded once. A broken file is reported by the task, where a user sees it.
with contextlib.suppress(InfogereError):
    gate.oracle()
workers.prepare()


class ActionModule(ActionBase):
    """Runs on the controller alone: a decision needs no server."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        _, arguments = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        task_vars = task_vars or {}
        try:
            return self._ask(arguments, task_vars)
        except InfogereError as error:
            raise AnsibleActionFail(str(error)) from None

    def _ask(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        host = str(task_vars["inventory_hostname"])
        where = settings.load()
        answer = gate.ask(
            host,
            contract_variables(self._templar, task_vars),
            gate.Question(
                action=arguments["action"],
                emergency=self._given("emergency", arguments, task_vars) or "",
                agreement=self._given("agreement", arguments, task_vars) or "",
                notified=arguments["notified"] or "",
                expected_duration=arguments["expected_duration"],
                run=PROCESS_RUN,
                check_mode=bool(self._task.check_mode),
                works=works_of(where.record_url),
            ),
            url=where.record_url,
            state_dir=settings.ensure_state_dir(where),
        )
        strict = boolean(self._given("strict", arguments, task_vars) or False)  # -e gives text
        return _result(host, arguments["action"], answer, strict=strict)

    def _given(self, name: str, arguments: dict[str, Any], task_vars: dict[str, Any]) -> Any:
        """The task's own option, else the variable ``gate_<name>`` that ``-e`` or the inventory sets."""
        if arguments[name] is not None:
            return arguments[name]
        return self._templar.template(task_vars.get(f"gate_{name}"))


def _result(host: str, action: str, answer: gate.Answer, *, strict: bool) -> dict[str, Any]:
    """A decision changes nothing; a refusal is shown even where nobody looks at results."""
    result: dict[str, Any] = {
        "changed": False,
        "refused": not answer.allowed,
        "clause": answer.clause,
        "reason": answer.reason,
        "next_opening": answer.next_opening,
        "duties": list(answer.duties),
        "seq": answer.seq,
        "works": answer.works,
        "emergency": answer.emergency,
    }
    if answer.allowed:
        result["msg"] = f"{action} is allowed [{answer.clause}]: {answer.reason}"
        result["warnings"] = [f"{host}: {duty}" for duty in answer.duties]
        return result
    opens = f"; next opening {answer.next_opening}" if answer.next_opening else ""
    result["msg"] = f"{action} is refused [{answer.clause}]: {answer.reason}{opens}"
    if strict or answer.faulty:
        result["failed"] = True
    else:
        result["warnings"] = [f"{host}: {result['msg']}"]
    return result

"""Bracket a duty in the SLA record: see the module's documentation."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from infogere import settings
from infogere.errors import InfogereError
from infogere.record.recorder import DEFAULT_TERMS, PROCESS_RUN, Receipt, Recorder, Scope, failure_of, operator

ARGUMENT_SPEC = {
    "event": {"type": "str", "required": True, "choices": ["begin", "end", "object"]},
    "playbook": {"type": "str"},
    "reason": {"type": "str", "default": "hand", "choices": ["hand", "timer", "ticket"]},
    "reference": {"type": "str"},
    "outcome": {"type": "str", "choices": ["ok", "failed"]},
    "message": {"type": "str"},
    "changed": {"type": "int"},
    "object_kind": {"type": "str", "choices": ["vhost", "database", "database_user", "ftp_account"]},
    "object_name": {"type": "str"},
    "object_state": {"type": "str", "choices": ["present", "absent"]},
    "object_changed": {"type": "bool"},
    "operation_id": {"type": "str"},
    "archive": {"type": "str"},
}
REQUIRED_IF = [
    ("event", "begin", ["playbook"]),
    ("event", "end", ["outcome"]),
    ("event", "object", ["object_kind", "object_name", "object_state", "object_changed"]),
]


class ActionModule(ActionBase):
    """Runs on the controller alone, so that it also writes for servers that do not answer."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        _, arguments = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC, required_if=REQUIRED_IF)
        try:
            return self._record(arguments, task_vars or {})
        except InfogereError as error:
            raise AnsibleActionFail(str(error)) from None

    def _record(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        where = settings.load()
        recorder = Recorder(where.record_url, settings.ensure_state_dir(where))
        scope = self._scope(task_vars)
        match arguments["event"]:
            case "begin":
                receipt = recorder.begin(
                    scope,
                    playbook=arguments["playbook"],
                    reason=arguments["reason"],
                    reference=arguments["reference"],
                    operator=operator(),
                )
                return {**_result(scope, receipt), "ansible_facts": {"infogere_run_id": scope.run}}
            case "object":
                receipt = recorder.ticket_object(
                    scope,
                    object_kind=arguments["object_kind"],
                    name=arguments["object_name"],
                    state=arguments["object_state"],
                    changed=arguments["object_changed"],
                    operation_id=arguments["operation_id"],
                    archive=arguments["archive"],
                )
                return _result(scope, receipt)
        return self._end(recorder, scope, arguments, task_vars)

    def _end(
        self, recorder: Recorder, scope: Scope, arguments: dict[str, Any], task_vars: dict[str, Any]
    ) -> dict[str, Any]:
        if arguments["outcome"] == "ok":
            receipt = recorder.end(scope, message=arguments["message"], changed=arguments["changed"])
            return _result(scope, receipt)
        failure = failure_of(
            task_vars.get("ansible_failed_task") or {"name": arguments["playbook"] or self._task.get_name()},
            task_vars.get("ansible_failed_result") or {"msg": arguments["message"]},
        )
        receipt = recorder.end(scope, failure=failure, changed=arguments["changed"])
        # The rescue has done its duty; the play still fails, with the words it failed with.
        return {**_result(scope, receipt), "failed": True, "msg": failure.words}

    def _scope(self, task_vars: dict[str, Any]) -> Scope:
        return Scope(
            terms=str(self._templar.template(task_vars.get("terms_version")) or DEFAULT_TERMS),
            run=PROCESS_RUN,
            server=str(task_vars["inventory_hostname"]),
            contract=_contract(self._templar.template(task_vars.get("order_form"))),
            check_mode=bool(self._task.check_mode),
        )


def _contract(order_form: Any) -> str | None:
    """Id of the order form; None for a server without one."""
    if order_form is None:
        return None
    if isinstance(order_form, dict):
        order_form = order_form.get("id")
    if order_form in (None, ""):
        raise InfogereError("order_form has no id", way_out="give it one in the inventory: order_form: {id: ...}")
    return str(order_form)


def _result(scope: Scope, receipt: Receipt) -> dict[str, Any]:
    """Bookkeeping changes nothing on the server: never ``changed``."""
    result: dict[str, Any] = {"changed": False, "run": scope.run, "seq": receipt.seq}
    if receipt.spooled:
        result["warnings"] = [
            f"the SLA record could not be written; the entry waits in {receipt.spooled} for the next run"
        ]
    return result

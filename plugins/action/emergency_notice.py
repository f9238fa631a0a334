"""Inform the customer of emergency work: see the module's documentation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.infogere.hosting.plugins.plugin_utils.contract_variables import contract_variables

from infogere import settings
from infogere.errors import InfogereError
from infogere.fleet.models import Server
from infogere.notices.message import sender_of
from infogere.notices.outbox import Outbox
from infogere.notices.smtp import relay_of
from infogere.notices.urgent import Emergency, Told, tell
from infogere.notices.works.parties import Party, parties
from infogere.patching import keeping
from infogere.patching.urgency import changes_in, plans_of, updates_of, work_of
from infogere.policy import gate
from infogere.record.recorder import PROCESS_RUN, one_line

ARGUMENT_SPEC = {
    "about": {"type": "str", "required": True, "choices": ["updates", "reboot", "configuration"]},
    "decision": {"type": "int", "required": True},
    "reason": {"type": "str", "required": True},
}


class ActionModule(ActionBase):
    """Runs on the controller alone."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        _, arguments = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        task_vars = task_vars or {}
        host = str(task_vars["inventory_hostname"])
        try:
            server = self._server(host, task_vars)
            party = self._party(server, task_vars)
        except InfogereError as error:
            # Security comes first; the customer is then told by other means.
            return {"changed": False, "warnings": [f"{host}: nobody is informed of the emergency: {error}"]}
        try:
            return self._inform(host, party, arguments)
        except InfogereError as error:
            raise AnsibleActionFail(str(error)) from None

    def _inform(self, host: str, party: Party, arguments: dict[str, Any]) -> dict[str, Any]:
        where, now = settings.load(), datetime.now(UTC)
        state_dir = settings.ensure_state_dir(where)
        about, reason, day = arguments["about"], one_line(arguments["reason"]), party.calendar.local(now).date()
        plans = plans_of(where.record_url, state_dir, host, party.servers) if about == "updates" else {}
        # Servers are rebooted one by one, and which of them wait for it is not known yet.
        servers = [host] if about == "reboot" else party.servers
        work = updates_of(plans, day) if plans else work_of(about, servers, reason, day)
        to = ", ".join(box.address for box in party.recipients)
        if self._task.check_mode:
            return {"changed": False, "msg": f"{host}: {to} would be informed of the emergency first"}
        emergency = Emergency(about, party, host, work, reason, changes_in(plans), arguments["decision"], PROCESS_RUN)
        try:
            relay, sender = relay_of(where), sender_of(where.mail_from)
        except InfogereError as error:
            return {"changed": False, "warnings": [f"{host}: nobody is informed of the emergency: {error}"]}
        told = tell(Outbox(where.record_url, state_dir), relay, sender, emergency, clock=lambda: datetime.now(UTC))
        return _said(host, told)

    def _party(self, server: Server, task_vars: dict[str, Any]) -> Party:
        """The contract with those of its servers that this play has not left alone."""
        hostvars, contract = task_vars["hostvars"], server.order_form.id
        names = [str(name) for name in task_vars.get("ansible_play_hosts", ()) if name != server.name]
        others = [name for name in names if (hostvars[name].get("order_form") or {}).get("id") == contract]
        everybody = [server, *(self._server(name, hostvars[name]) for name in others)]
        return parties(everybody, gate.oracle().calendar_of)[0]

    def _server(self, name: str, variables: Any) -> Server:
        return keeping.server_of(name, contract_variables(self._templar, variables))


def _said(host: str, told: Told) -> dict[str, Any]:
    result: dict[str, Any] = {"changed": told.fresh, "notice": told.notice, "accepted": told.accepted}
    if told.accepted:
        to = ", ".join(letter.recipient for letter in told.letters if letter.state == "accepted")
        return {**result, "msg": f"{host}: {to} is informed of the emergency by notice {told.notice}"}
    first = told.letters[0]
    words = f"notice {told.notice} of the emergency is not accepted yet ({first.state}: {first.answer})"
    way_out = f"resend {told.notice}" if first.state in {"refused", "in-doubt"} else "flush"
    said = f"{host}: {words}; the run goes on -> infogere notices {way_out}"
    return {**result, "warnings": [said]}

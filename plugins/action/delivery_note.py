"""Send the delivery note of a server: see the module's documentation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.infogere.hosting.plugins.plugin_utils.contract_variables import contract_variables

from infogere import settings
from infogere.errors import InfogereError
from infogere.fleet.check import judge_host
from infogere.fleet.models import Server
from infogere.notices.delivery import Handover, deliver
from infogere.notices.message import sender_of
from infogere.notices.outbox import Outbox
from infogere.notices.smtp import relay_of
from infogere.policy import gate
from infogere.record.recorder import operator
from infogere.sla import basis

ARGUMENT_SPEC = {
    "checks": {"type": "list", "elements": "dict", "required": True},
    "address": {"type": "str", "required": True},
}


class ActionModule(ActionBase):
    """Runs on the controller alone."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        _, arguments = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        try:
            return self._deliver(arguments, task_vars or {})
        except InfogereError as error:
            raise AnsibleActionFail(str(error)) from None

    def _deliver(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        where = settings.load()
        server = self._server(str(task_vars["inventory_hostname"]), task_vars)
        handover = Handover(
            server=server,
            terms=gate.oracle().terms.version,
            zone=gate.oracle().calendar_of(server.order_form).zone.key,
            address=arguments["address"],
            checks=arguments["checks"],
            author=operator(),
        )
        to = [box.address for box in handover.draft().recipients]
        relay, sender = relay_of(where), sender_of(where.mail_from)
        if self._task.check_mode:
            return {"changed": True, "recipients": to, "msg": f"the delivery note would go to {', '.join(to)}"}
        outbox = Outbox(where.record_url, settings.ensure_state_dir(where))
        delivery = deliver(outbox, relay, sender, handover, clock=lambda: datetime.now(UTC))
        result = {
            "changed": True,
            "recipients": to,
            "notice": delivery.notice,
            "commissioned": delivery.commissioned.isoformat(),
            "msg": f"{server.name} is delivered since {delivery.commissioned:%Y-%m-%d %H:%M:%S} UTC",
        }
        try:
            basis.ensure(
                where.record_url,
                outbox.state_dir,
                self._contract(server, task_vars),
                terms_path=where.terms,
                calendar_version=where.calendar,
            )
        except InfogereError as error:
            # The server is delivered; what its guarantees stand on is written when they are first computed.
            result["warnings"] = [str(error)]
        return result

    def _contract(self, server: Server, task_vars: dict[str, Any]) -> list[Server]:
        """All servers of the same order form."""
        hostvars = task_vars["hostvars"]
        form = server.order_form.id
        others = [
            self._server(name, hostvars[name])
            for name in task_vars["groups"]["all"]
            if name != server.name and (hostvars[name].get("order_form") or {}).get("id") == form
        ]
        return [server, *others]

    def _server(self, name: str, variables: Any) -> Server:
        known = contract_variables(self._templar, variables)
        server, findings = judge_host(gate.host_of(name, known), gate.oracle().terms)
        if server is None or findings:
            finding = findings[0]
            raise InfogereError(f"{name}: {finding.key}: {finding.message}", way_out=finding.way_out)
        return server

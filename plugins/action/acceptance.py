"""Check a server before it is handed over: see the module's documentation."""

from __future__ import annotations

from ansible_collections.infogere.hosting.plugins.plugin_utils.remote import RemoteAction

from infogere import acceptance, settings
from infogere.pki.paths import ca_path

SSH_PORT = 22


class ActionModule(RemoteAction):
    """Asks the server over the fast path, then looks at it from here."""

    module = "acceptance"

    def call(self, params: dict, task_vars: dict) -> dict:
        seen: dict = {"units": {}, "address": "", "dynamic": False}
        checks: list[acceptance.Check] = []
        if params["log_in"]:
            seen = super().call(params, task_vars)
            if seen.get("failed"):
                return seen
            checks += acceptance.inside(
                seen,
                ordered=params["ordered"],
                options=params["options"],
                stack=params["stack"],
                address=params["address"],
            )
        name = str(task_vars["inventory_hostname"])
        host = str(self._templar.template(task_vars.get("ansible_host")) or name)
        checks += acceptance.outside(host, name, self._ports(params, task_vars), ca_path(settings.load().state_dir))
        result = {
            "changed": False,
            "checks": [check.as_plain() for check in checks],
            "address": seen["address"] or params["address"] or host,
        }
        if failed := [check for check in checks if not check.passed]:
            said = "; ".join(f"{check.name}: {check.seen}" for check in failed)
            return {**result, "failed": True, "msg": f"{name} cannot be handed over: {said} [A-3.1.1-1]"}
        return result

    def _ports(self, params: dict, task_vars: dict) -> list[int]:
        """TCP ports to try; where nothing is declared, the one that administrators come by."""
        declared = [
            port
            for opening in params["reachable"]
            if opening.get("protocol", "tcp") == "tcp"
            for port in opening["ports"]
            if str(port).isdigit()
        ]
        return [int(port) for port in declared] or [int(task_vars.get("ansible_port") or SSH_PORT)]

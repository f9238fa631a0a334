"""Ask at once whether any of the tasks that follow would change something: see the module's documentation."""

from __future__ import annotations

from ansible_collections.infogere.hosting.plugins.plugin_utils.coming_tasks import HIDDEN, CannotForesee, Foresight
from ansible_collections.infogere.hosting.plugins.plugin_utils.remote import RemoteAction, sources


class ActionModule(RemoteAction):
    """Works the coming tasks out here, asks their modules on the server over the fast path."""

    module = "dry_run"

    def run(self, tmp=None, task_vars=None):
        super(RemoteAction, self).run(tmp, task_vars)
        self.validate_argument_spec({})
        if not self._connection.is_pipelining_enabled(False):
            return _something_to_do("the connection cannot pipeline")
        try:
            calls = list(Foresight(self, task_vars or {}).calls())
        except CannotForesee as reason:
            return _something_to_do(str(reason))
        params = {"calls": [{"module": call.module, "params": call.params} for call in calls]}
        answer = self.ask(params, task_vars or {})
        if answer.get("failed"):
            return answer
        if answer["first"] is not None:
            call = calls[answer["first"]]
            return _something_to_do(f"{call.title}: {HIDDEN if call.no_log else answer['why']}", call.title)
        return {"changed": False, "in_place": True, "first": "", "msg": f"nothing to change ({len(calls)} tasks asked)"}

    def sources_for(self, params: dict) -> dict[str, str]:
        needed = sources("_dry_run")
        for module in {call["module"] for call in params["calls"]}:
            needed = needed | sources(f"_{module}")
        return needed


def _something_to_do(why: str, first: str = "") -> dict:
    """What cannot be foreseen counts as something to do: doing it tells."""
    return {"changed": False, "in_place": False, "first": first, "msg": why}

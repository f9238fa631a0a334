"""Reboot a server and wait for it: see the module's documentation."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure, AnsibleError
from ansible_collections.infogere.hosting.plugins.plugin_utils.contract_variables import contract_variables
from ansible_collections.infogere.hosting.plugins.plugin_utils.remote import RemoteAction

from infogere import settings
from infogere.errors import InfogereError
from infogere.notices.outbox import Outbox
from infogere.patching import keeping, reboots
from infogere.patching.reboots import Outcome, Waiting
from infogere.policy import gate
from infogere.record.recorder import PROCESS_RUN, operator

POLL = 0.5  # seconds between two questions to a server that is on its way
ANSWER = 5  # seconds for one of them: a connection into a server that is gone hangs
ALIVE = f"-o ServerAliveInterval={ANSWER} -o ServerAliveCountMax=1"


class ActionModule(RemoteAction):
    """Looks at the server, and where it is to reboot waits for its next boot and its services."""

    module = "server_reboot"

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        task_vars = task_vars or {}
        if self._task.args.get("event", "look") != "reboot":
            return super().run(tmp, task_vars)
        super(RemoteAction, self).run(tmp, task_vars)
        try:
            return self._rebooted(self.checked_arguments(), str(task_vars["inventory_hostname"]), task_vars)
        except InfogereError as error:
            raise AnsibleActionFail(str(error)) from None

    def _rebooted(self, params: dict[str, Any], host: str, task_vars: dict[str, Any]) -> dict[str, Any]:
        server = keeping.server_of(host, contract_variables(self._templar, task_vars))
        seen = self._required(self._ask("look", task_vars))
        waiting = reboots.waiting_of(host, seen)
        if self._task.check_mode:
            return {**seen, "changed": True, "msg": f"{host} would be rebooted for {', '.join(waiting.reasons)}"}
        if seen.get("begun"):
            completed = self._completed(server, seen, params, task_vars)
            seen = self._required(self._ask("look", task_vars))
            if not seen["pending"]:
                return completed
            waiting = reboots.waiting_of(host, seen)
        went = self._down_and_up(params, waiting, host, task_vars)
        return self._kept(server, waiting, went, params, task_vars)

    def _completed(
        self, server: Any, seen: dict[str, Any], params: dict[str, Any], task_vars: dict[str, Any]
    ) -> dict[str, Any]:
        """A run that died has rebooted it: in which works and when it went down is noted, and systemd knows its end."""
        begun, url = reboots.begun_of(server.name, seen["begun"]), settings.load().record_url
        decision = reboots.decided(url, server.name, begun.decision)
        params = {**params, "works": begun.works, "decision": decision}
        # Services that were found broken after this boot are so longer than systemd knows.
        broken = reboots.was_unhealthy(url, server.name, begun.boot)
        went = self._whole(params, begun.began, seen, task_vars, up=0 if broken else seen["up_since"])
        return self._kept(server, begun, went, params, task_vars)

    def _down_and_up(self, params: dict[str, Any], waiting: Waiting, host: str, task_vars: dict[str, Any]) -> Outcome:
        began = datetime.now(UTC)
        try:
            asked = {"event": "reboot", "works": params["works"], "decision": params["decision"]}
            self._required(self.call(asked, task_vars))
        except (AnsibleConnectionFailure, AnsibleActionFail) as error:
            if not _is_cut_off(error):
                raise  # its own words: it did not go down
        self._expect_silence()
        seen = self._next_boot(waiting.boot, params["patience"], task_vars)
        if seen is None:
            words = f"it did not come back within {params['patience']} s"
            return self._outcome("lost", params, began, {}, words)
        if seen["boot"] == waiting.boot:
            self._required(self._ask("cancel", task_vars))
            raise AnsibleActionFail(
                f"{host} still runs the boot that it had {params['patience']} s ago; its reboot is cancelled, but may"
                " have stopped services; on it: journalctl -b -e"
            )
        return self._whole(params, began, seen, task_vars)

    def _whole(
        self, params: dict[str, Any], began: datetime, seen: dict[str, Any], task_vars: dict[str, Any], up: int = 0
    ) -> Outcome:
        """Every service answers again, or it is said which one does not."""
        self.module = "health_checks"
        try:
            checked = self.call({"checks": None, "patience": params["health_patience"]}, task_vars)
        finally:
            self.module = "server_reboot"
        if checked.get("failed"):
            return self._outcome("unhealthy", params, began, seen, str(checked.get("msg")))
        return self._outcome("ok", params, began, seen, "", datetime.fromtimestamp(up, UTC) if up else None)

    def _outcome(  # noqa: PLR0917
        self,
        outcome: Any,
        params: dict[str, Any],
        began: datetime,
        after: dict[str, Any],
        message: str,
        ended: datetime | None = None,
    ) -> Outcome:
        return Outcome(outcome, began, ended or datetime.now(UTC), after, params["works"], params["decision"], message)

    def _kept(
        self, server: Any, waiting: Waiting, went: Outcome, params: dict[str, Any], task_vars: dict[str, Any]
    ) -> dict[str, Any]:
        where = settings.load()
        state_dir = settings.ensure_state_dir(where)
        controller = keeping.Controller(where.record_url, state_dir, PROCESS_RUN)
        reboots.keep(server, waiting, went, controller, gate.oracle().terms.version)
        if went.outcome != "lost":
            self._ask("forget", task_vars)
        if went.outcome != "ok":
            raise AnsibleActionFail(_what_now(server.name, went))
        said = f"rebooted in {went.seconds} s for {', '.join(waiting.reasons)}"
        if went.works and not params["keep_works_open"]:
            outbox = Outbox(where.record_url, state_dir)
            outside = reboots.close_works(outbox, went.works, author=operator(), now=datetime.now(UTC))
            if outside is not None:
                said += f"; works {went.works} are done" + (f", {outside} s of them count" if outside else "")
        return {"changed": True, "seconds": went.seconds, **dict(went.after), "msg": f"{server.name}: {said}"}

    def _next_boot(self, before: str, patience: int, task_vars: dict[str, Any]) -> dict[str, Any] | None:
        """What the server says once it runs another boot, or last said; None: it does not answer."""
        deadline = time.monotonic() + patience
        while True:
            seen: dict[str, Any] | None
            with suppress(AnsibleError):  # the connection that Ansible held open is gone with the old boot
                self._connection.reset()
            try:
                seen = self._required(self._ask("boot", task_vars))
            except AnsibleError:
                seen = None
            if (seen and seen["boot"] != before) or time.monotonic() >= deadline:
                return seen
            time.sleep(POLL)

    def _expect_silence(self) -> None:
        """A question to a server that is gone ends soon."""
        if self._connection.transport == "ssh":
            own = self._connection.get_option("ssh_extra_args") or ""
            self._connection.set_option("ssh_extra_args", f"{ALIVE} {own}".strip())
            self._connection.set_option("timeout", ANSWER)

    def _ask(self, event: str, task_vars: dict[str, Any]) -> dict[str, Any]:
        return self.call({"event": event}, task_vars)

    def _required(self, answer: dict[str, Any]) -> dict[str, Any]:
        if answer.get("failed"):
            raise AnsibleActionFail(str(answer.get("msg")))
        return answer


def _is_cut_off(error: AnsibleError) -> bool:
    """The connection ended before the answer came: the server is on its way down, or never heard of it."""
    return isinstance(error, AnsibleConnectionFailure) or "gave no result" in str(error)


def _what_now(server: str, went: Outcome) -> str:
    """What is on record, and what the administrator does next."""
    began = went.began.isoformat(timespec="seconds")
    if went.outcome == "lost":
        said = f"{server}: {went.message}; look at its console or rescue system"
    else:
        said = f"{server} is back, but not whole: {went.message}; mend that"
    if went.works:
        return f"{said}; when it works again: infogere works done {went.works} --began {began} --ended ... [A-5.5-3]"
    return f"{said}; its time counts: infogere incident open -s {server} -m ... --started {began} [A-5.3-1]"

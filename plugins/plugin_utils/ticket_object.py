"""What the four ticket objects share on the controller: names checked before anything travels, secrets made here."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.plugin_utils.remote import RemoteAction, remote_module

from infogere import secrets, settings
from infogere.errors import InfogereError


class TicketObjectAction(RemoteAction):
    """A ticket object: the module's own check of names runs here first, and again on the server."""

    def run(self, tmp=None, task_vars=None):
        try:
            return super().run(tmp, task_vars)
        except (ModuleError, InfogereError) as error:
            return {"failed": True, "msg": str(error)}

    def prepare(self, task_vars: dict) -> dict:
        return self.complete(remote_module(self.module).validated(self.checked_arguments()), task_vars)

    def complete(self, params: dict, task_vars: dict) -> dict:
        """Add what only the controller knows; nothing unless overridden."""
        return params


class SecretObjectAction(TicketObjectAction):
    """A ticket object with a password: generated and kept on the controller, unless the task brings one.

    The result has ``secret_file``, relative to the controller's state folder: where the password is kept, or None.
    """

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        if result.get("failed"):
            return result
        name, server = result["name"], (task_vars or {})["inventory_hostname"]
        state_dir = settings.load().state_dir
        path = secrets.path_of(state_dir, server, self._secret(name))
        if self._task.args.get("state", "present") == "absent":
            # The next account of this name starts with a password of its own.
            if not self._task.check_mode:
                secrets.forget(state_dir, server, self._secret(name))
            return {**result, "secret_file": None}
        return {**result, "secret_file": _shown(path, state_dir, self._task.args.get("password"))}

    def complete(self, params: dict, task_vars: dict) -> dict:
        if params["password"] or params["state"] == "absent":
            return params
        if self._task.check_mode:
            return {
                **params,
                "password": self._kept(params["name"], task_vars) or "made by the run that is not a check",
            }
        state_dir = settings.ensure_state_dir(settings.load())
        name = self._secret(params["name"])
        return {**params, "password": secrets.get_or_create(state_dir, task_vars["inventory_hostname"], name)}

    def _kept(self, name: str, task_vars: dict) -> str | None:
        path = secrets.path_of(settings.load().state_dir, task_vars["inventory_hostname"], self._secret(name))
        return path.read_text(encoding="ascii").strip() if path.exists() else None

    def _secret(self, name: str) -> str:
        return f"{self.module}/{name}"


def _shown(path: Path, state_dir: Path, given: str | None) -> str | None:
    return None if given else str(path.relative_to(state_dir))

"""One update of a server from health check to health check, with the way back."""

from __future__ import annotations

import os

from ansible_collections.infogere.hosting.plugins.module_utils._command import attempt, last_words
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._health import Watch, failing, settle
from ansible_collections.infogere.hosting.plugins.module_utils._package_set import APT_ENVIRONMENT, apt_error
from ansible_collections.infogere.hosting.plugins.module_utils._service_policy import no_disturbance, service_policy
from ansible_collections.infogere.hosting.plugins.module_utils._update_keep import Previous, installed_versions
from ansible_collections.infogere.hosting.plugins.module_utils._update_restart import (
    restart_outdated,
    restart_refused,
)

APT_OPTIONS = [
    "-y",
    "-q",
    "--no-install-recommends",
    *("-o", "Dpkg::Options::=--force-confdef"),
    *("-o", "Dpkg::Options::=--force-confold"),
    *("-o", "DPkg::Lock::Timeout=120"),
]
SECOND_LOOK = 10  # seconds; a busy service may miss one question
TRANSACTION_PATIENCE = 3600  # seconds; services that stop slowly can take minutes each


class UpdateRun:
    """Applies changes that were found to fit.

    Args:
        folder: of this plan on the server; keeps the way back, the log and the result.
        changes: ``[{package, installed, candidate}]``.
        checks: health checks of the services.
        patience: seconds that services have to answer after the update.
    """

    def __init__(self, folder, changes, checks, patience):
        self._folder = folder
        self._changes = changes
        self._checks = checks
        self._patience = patience
        self._previous = Previous(folder, changes)
        self._names = [change["package"] for change in changes]
        self._notes = os.path.join(folder, "refused")

    def carry_out(self):
        """Do it; the result of the module.

        Raises:
            ModuleError: something was wrong before anything was touched.
        """
        begun = os.path.join(self._folder, "begun")
        if not os.path.exists(begun):
            self._require_health()
            self._fetch()
            self._previous.keep()
            with open(begun, "w", encoding="ascii"):
                pass
        before = self._previous.versions()
        with Watch(self._checks) as watch:
            fault, restarted = self._apply(watch)
            outcome = "ok"
            if fault:
                outcome = "rolled-back" if self._go_back() else "failed"
        after = installed_versions()
        return {
            "outcome": outcome,
            "message": fault,
            "changes": [
                {"package": name, "before": before.get(name), "after": after.get(name)}
                for name in self._names
                if outcome == "rolled-back" or before.get(name) != after.get(name)
            ],
            "interruptions": watch.interruptions,
            "restarted": restarted,
            "reboot": os.path.exists("/run/reboot-required"),
        }

    def _require_health(self):
        sick = settle(self._checks, SECOND_LOOK)
        if sick:
            words = "; ".join(f"{service}: {why}" for service, why in sorted(sick.items()))
            raise ModuleError(f"before the update, {words}; nothing was changed; mend that first")

    def _fetch(self):
        code, text = self._apt("--download-only")
        if code != 0:
            raise ModuleError(f"the updates cannot be fetched: {apt_error(text)}; nothing was changed")

    def _apply(self, watch):
        """``(what went wrong or "", restarted units)``."""
        with self._undisturbed():
            attempt(["dpkg", "--configure", "-a"], timeout=TRANSACTION_PATIENCE, env=APT_ENVIRONMENT)
            code, text = self._apt()
        _log(text)
        self._previous.restore_marks()
        attempt(["systemctl", "daemon-reload"])
        if code != 0:
            return f"apt-get: {apt_error(text)}", []
        with watch.closely():
            restarted, fault = self._restart()
            if fault:
                return fault, restarted
            sick = settle(self._checks, self._patience)
        return "; ".join(f"{service}: {why}" for service, why in sorted(sick.items())), restarted

    def _undisturbed(self):
        """Services go on with the code that they have in memory while packages come and go on the disk."""
        removed = [change["package"] for change in self._changes if not change["candidate"]]
        return service_policy(no_disturbance(self._notes, removed))

    def _restart(self):
        """What the packages asked for, then what else runs replaced code; ``(names, what went wrong or "")``."""
        asked, fault = restart_refused(self._notes)
        if fault:
            return asked, fault
        others, fault = restart_outdated()
        return [*asked, *others], fault

    def _apt(self, *options):
        """One ``apt-get install`` of exactly the planned versions."""
        wanted = [
            f"{change['package']}={change['candidate']}" if change["candidate"] else f"{change['package']}-"
            for change in self._changes
        ]
        removes = any(change["candidate"] is None for change in self._changes)
        guard = [] if removes else ["--no-remove"]
        return attempt(
            ["apt-get", "install", *APT_OPTIONS, *guard, *options, "--", *wanted],
            timeout=TRANSACTION_PATIENCE,
            env=APT_ENVIRONMENT,
        )

    def _go_back(self):
        """Put the previous versions back; whether the services work with them."""
        with self._undisturbed():
            code, text = self._previous.put_back(APT_ENVIRONMENT, TRANSACTION_PATIENCE)
        _log(text)
        attempt(["systemctl", "daemon-reload"])
        if code != 0:
            _log(f"the way back failed: {last_words(text)}")
            return False
        sick = failing(self._checks)
        units = {check["unit"] for check in self._checks if check["service"] in sick and check.get("unit")}
        if units:
            attempt(["systemctl", "reset-failed", "--", *sorted(units)])
            attempt(["systemctl", "restart", "--", *sorted(units)], timeout=self._patience * len(units) + 60)
        self._restart()
        now, before = installed_versions(), self._previous.versions()
        return not settle(self._checks, self._patience) and all(now.get(n) == before.get(n) for n in self._names)


def _log(text):
    print(text, flush=True)

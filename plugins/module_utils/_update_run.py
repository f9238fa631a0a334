"""One update of a server from health check to health check, with the way back."""

from __future__ import annotations

import contextlib
import json
import os

from ansible_collections.infogere.hosting.plugins.module_utils._command import attempt, last_words
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._health import Watch, failing, settle
from ansible_collections.infogere.hosting.plugins.module_utils._package_set import APT_ENVIRONMENT, apt_error
from ansible_collections.infogere.hosting.plugins.module_utils._reboot_needs import is_pending
from ansible_collections.infogere.hosting.plugins.module_utils._service_policy import (
    no_disturbance,
    require_one_policy,
    service_policy,
)
from ansible_collections.infogere.hosting.plugins.module_utils._transaction import write_file
from ansible_collections.infogere.hosting.plugins.module_utils._update_keep import Previous, installed_versions
from ansible_collections.infogere.hosting.plugins.module_utils._update_parts import parts_of
from ansible_collections.infogere.hosting.plugins.module_utils._update_restart import (
    deferred_restarts,
    restart_outdated,
    restart_refused,
)
from ansible_collections.infogere.hosting.plugins.module_utils._update_space import release_room, require_room

APT_OPTIONS = [
    "-y",
    "-q",
    "--no-install-recommends",
    *("-o", "Dpkg::Options::=--force-confdef"),
    *("-o", "Dpkg::Options::=--force-confold"),
    *("-o", "DPkg::Lock::Timeout=120"),
    # Else APT brings the other packages of the same source along, also those that the plan leaves out.
    *("-o", "APT::Get::Upgrade-By-Source-Package=false"),
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
        self._restarted = []
        self._deferred = frozenset()
        self._mark = os.path.join(folder, "begun")
        self._notes = os.path.join(folder, "refused")

    def carry_out(self):
        """Do it; the result of the module.

        Raises:
            ModuleError: something was wrong before anything was touched.
        """
        try:
            require_one_policy()
            self._deferred = deferred_restarts()
            parts = self._begun() or self._begin()
        except (ModuleError, OSError):
            release_room(self._folder)
            raise
        before = self._previous.versions()
        with Watch(self._checks) as watch:
            fault = self._guarded(lambda: self._apply(parts, watch))
            outcome = "ok"
            if fault:
                release_room(self._folder)
                with watch.closely():
                    lost = self._guarded(self._go_back)
                _log(lost)
                outcome = "failed" if lost else "rolled-back"
                fault += f"; the way back failed too: {lost}" if lost else ""
        release_room(self._folder)
        try:
            changes = self._changed(before, everything=outcome == "rolled-back")
        except ModuleError as error:
            # Nobody knows what is installed: nothing is claimed.
            outcome, changes = "failed", []
            if str(error) not in fault:
                fault = f"{fault}; {error}" if fault else str(error)
        return {
            "outcome": outcome,
            "message": fault,
            "changes": changes,
            "interruptions": watch.interruptions,
            "restarted": self._restarted,
            "reboot": is_pending(),
        }

    def _changed(self, before, everything):
        """``[{package, before, after}]``: of all packages of the plan, or of those that are not as they were."""
        after = installed_versions()
        return [
            {"package": name, "before": before.get(name), "after": after.get(name)}
            for name in self._names
            if everything or before.get(name) != after.get(name)
        ]

    def _begun(self):
        """The parts of a run that was cut short after it had begun; None: nothing was touched yet."""
        try:
            with open(self._mark, encoding="utf-8") as stream:
                return json.load(stream)
        except FileNotFoundError:
            return None

    def _begin(self):
        """Everything that can fail without harm; the parts to apply."""
        self._require_health()
        require_room(self._folder, self._changes)
        self._fetch()
        self._previous.keep()
        parts = parts_of(self._changes)
        write_file(self._mark, json.dumps(parts).encode(), 0o600, 0, 0)
        return parts

    def _require_health(self):
        sick = settle(self._checks, SECOND_LOOK)
        if sick:
            raise ModuleError(f"before the update, {_words(sick)}; nothing was changed; mend that first")

    def _fetch(self):
        code, text = self._apt(self._changes, "--download-only")
        if code != 0:
            raise ModuleError(f"the updates cannot be fetched: {apt_error(text)}; nothing was changed")

    def _guarded(self, act):
        """What ``act`` says went wrong, or what it raised: whatever that is, there is a way back to go."""
        try:
            return act()
        except OSError as error:
            return f"{error.filename or 'the server'}: {error.strerror or error}"
        except ModuleError as error:
            return str(error)
        except Exception as error:
            import traceback  # for an error that nobody foresaw

            _log(traceback.format_exc())
            return f"{type(error).__name__}: {error}"

    def _apply(self, parts, watch):
        """One part after the other; what went wrong, or ""."""
        for number, part in enumerate(parts):
            fault = self._install(part)
            if fault:
                return fault
            if number == 0 and len(parts) > 1:
                continue  # what it wants restarted may be replaced yet
            with watch.closely():
                fault = self._restart(restart_refused, self._notes, self._deferred) or self._silent()
            if fault:
                return fault
        self._previous.restore_marks()
        with watch.closely():
            return self._restart(restart_outdated, self._deferred) or self._silent()

    def _install(self, part):
        """One transaction, in which nothing that runs is disturbed; what went wrong, or ""."""
        if not part:
            return ""
        with self._undisturbed():
            attempt(["dpkg", "--configure", "-a"], timeout=TRANSACTION_PATIENCE, env=APT_ENVIRONMENT)
            code, text = self._apt(part)
        _log(text)
        attempt(["systemctl", "daemon-reload"])
        return f"apt-get: {apt_error(text)}" if code != 0 else ""

    def _restart(self, restart, *arguments):
        """Note what was restarted; what went wrong, or ""."""
        names, fault = restart(*arguments)
        self._restarted += names
        return fault

    def _silent(self):
        """Which services do not answer in time, and why; "" where all do."""
        return _words(settle(self._checks, self._patience))

    def _undisturbed(self):
        """Services go on with the code that they have in memory while packages come and go on the disk."""
        removed = [change["package"] for change in self._changes if not change["candidate"]]
        return service_policy(no_disturbance(self._notes, removed))

    def _apt(self, changes, *options):
        """One ``apt-get install`` of exactly the planned versions."""
        wanted = [
            f"{change['package']}={change['candidate']}" if change["candidate"] else f"{change['package']}-"
            for change in changes
        ]
        removes = any(change["candidate"] is None for change in changes)
        guard = [] if removes else ["--no-remove"]
        return attempt(
            ["apt-get", "install", *APT_OPTIONS, *guard, *options, "--", *wanted],
            timeout=TRANSACTION_PATIENCE,
            env=APT_ENVIRONMENT,
        )

    def _go_back(self):
        """Put the previous versions back; what is wrong after that, or ""."""
        with self._undisturbed():
            code, text = self._previous.put_back(APT_ENVIRONMENT, TRANSACTION_PATIENCE)
        _log(text)
        attempt(["systemctl", "daemon-reload"])
        if code != 0:
            return last_words(text) or f"dpkg ended with code {code}"
        sick = failing(self._checks)
        units = {check["unit"] for check in self._checks if check["service"] in sick and check.get("unit")}
        if units:
            attempt(["systemctl", "reset-failed", "--", *sorted(units)])
            attempt(["systemctl", "restart", "--", *sorted(units)], timeout=self._patience * len(units) + 60)
        restart_refused(self._notes, self._deferred)
        restart_outdated(self._deferred)
        now, before = installed_versions(), self._previous.versions()
        left = [name for name in self._names if now.get(name) != before.get(name)]
        if left:
            return f"not at their previous versions: {', '.join(left)}"
        return self._silent()


def _words(sick):
    return "; ".join(f"{service}: {why}" for service, why in sorted(sick.items()))


def _log(text):
    with contextlib.suppress(OSError):  # a disk that is full must not keep anybody from going back
        print(text, flush=True)

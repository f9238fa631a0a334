"""Tell another program how a run goes, while it goes."""

from __future__ import annotations

DOCUMENTATION = r"""
name: progress
type: notification
author: infogere maintainers
version_added: "0.1.0"
short_description: write what happens as JSON lines to an open file descriptor
description:
  - Lets a program that started C(ansible-playbook) show the current task and its age.
    One JSON object a line, written at once.
  - "Kinds: V(task) with V(name); V(failed) and V(unreachable) with V(host), V(task) and V(message);
    V(stats) with one mapping of counts per host. Nothing else of a result is passed on, so no secret is."
requirements:
  - set E(INFOGERE_PROGRESS_FD) to the number of an inherited file descriptor; without it the callback is silent
options:
  descriptor:
    description: number of the file descriptor to write to.
    type: int
    env:
      - name: INFOGERE_PROGRESS_FD
"""

import contextlib
import json
import os

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    """Writes one JSON line per event that a watcher needs."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "infogere.hosting.progress"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_task_start(self, task, is_conditional):
        self._write(kind="task", name=task.get_name().strip())

    def v2_runner_on_failed(self, result, ignore_errors=False):
        if not ignore_errors:
            self._fault("failed", result)

    def v2_runner_item_on_failed(self, result):
        # The task's own failure says no more than that an item failed; the first one tells why.
        if not result.task.ignore_errors:
            self._fault("failed", result)

    def v2_runner_on_unreachable(self, result):
        self._fault("unreachable", result)

    def v2_playbook_on_stats(self, stats):
        self._write(kind="stats", hosts={host: stats.summarize(host) for host in sorted(stats.processed)})

    def _fault(self, kind, result):
        message = str(result.result.get("msg", "no message"))
        self._write(kind=kind, host=result.host.get_name(), task=result.task.get_name().strip(), message=message)

    def _write(self, **event):
        descriptor = self.get_option("descriptor")
        if descriptor is None:
            return
        # A watcher that went away is no reason to end a run.
        with contextlib.suppress(OSError):
            os.write(descriptor, f"{json.dumps(event)}\n".encode())

"""Make Ansible's workers cheap: one is forked from the main process for every task and server, and does one thing.

Ansible loads plugins where it first needs them. That is in a worker, which ends with its task, so the next one loads
them again. What is loaded before the fork is there already. Figures: docs/performance.md.
"""

from __future__ import annotations

import functools
import gc
import os

from ansible.plugins.loader import connection_loader, filter_loader, shell_loader, test_loader


@functools.cache
def prepare() -> None:
    """Load what nearly every task uses; called when the main process imports the first of our actions."""
    # The first filter and the first test bring all of Ansible's own with them.
    filter_loader.get("ansible.builtin.bool")
    test_loader.get("ansible.builtin.match")
    connection_loader.get("ansible.builtin.ssh", class_only=True)
    shell_loader.get("ansible.builtin.sh", class_only=True)
    # A worker is gone before it has made garbage worth collecting; to look for some copies the main process' memory.
    os.register_at_fork(after_in_child=gc.disable)

"""Ship the module's logic to the server: see the module's documentation."""

from __future__ import annotations

from ansible_collections.infogere.hosting.plugins.plugin_utils.remote import RemoteAction


class ActionModule(RemoteAction):
    """Runs ``health_checks`` over the fast path."""

    module = "health_checks"
    can_dry_run = True

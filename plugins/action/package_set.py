"""Ship the module's logic to the server: see the module's documentation."""

from __future__ import annotations

from ansible_collections.infogere.hosting.plugins.plugin_utils.remote import RemoteAction


class ActionModule(RemoteAction):
    """Runs ``package_set`` over the fast path."""

    module = "package_set"
    can_dry_run = True

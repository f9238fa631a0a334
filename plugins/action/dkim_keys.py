"""Ship the module's logic to the server: see the module's documentation."""

from __future__ import annotations

from ansible_collections.infogere.hosting.plugins.plugin_utils.remote import RemoteAction


class ActionModule(RemoteAction):
    """Runs ``dkim_keys`` over the fast path."""

    module = "dkim_keys"
    can_dry_run = True

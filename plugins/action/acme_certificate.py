"""Ship the module's logic to the server: see the module's documentation."""

from __future__ import annotations

from ansible_collections.infogere.hosting.plugins.plugin_utils.remote import RemoteAction


class ActionModule(RemoteAction):
    """Runs ``acme_certificate`` over the fast path."""

    module = "acme_certificate"
    can_dry_run = True

"""Bring the account's secret, then ship the module's logic to the server: see the module's documentation."""

from __future__ import annotations

from ansible_collections.infogere.hosting.plugins.plugin_utils.ticket_object import SecretObjectAction


class ActionModule(SecretObjectAction):
    """Runs ``database_user`` over the fast path."""

    module = "database_user"
    can_dry_run = True

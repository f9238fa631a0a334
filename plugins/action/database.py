"""Check names here, then ship the module's logic to the server: see the module's documentation."""

from __future__ import annotations

from ansible_collections.infogere.hosting.plugins.plugin_utils.ticket_object import TicketObjectAction


class ActionModule(TicketObjectAction):
    """Runs ``database`` over the fast path."""

    module = "database"
    can_dry_run = True

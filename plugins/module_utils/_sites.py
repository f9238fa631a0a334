"""The sites of this server, as the other ticket objects need them."""

from __future__ import annotations

from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._registry import all_registered, registered

KIND = "vhost"


def require_site(site):
    """The entry of ``site``; raises ``ModuleError`` naming the sites that there are."""
    entry = registered(KIND, site)
    if entry is None:
        known = ", ".join(all_registered(KIND)) or "none"
        raise ModuleError(f"this server has no site {site} (it has: {known}); create the vhost first")
    return entry

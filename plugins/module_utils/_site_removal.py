"""Remove a site so that nothing is lost: off the network, archived, read back, and only then deleted."""

from __future__ import annotations

import base64
import os
import shutil

from ansible_collections.infogere.hosting.plugins.module_utils._archive import archive_paths, require_room
from ansible_collections.infogere.hosting.plugins.module_utils._command import require
from ansible_collections.infogere.hosting.plugins.module_utils._config_tree import deploy
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._ftp_account import accounts_of
from ansible_collections.infogere.hosting.plugins.module_utils._registry import (
    all_registered,
    entry_file,
    register,
    unregister,
)
from ansible_collections.infogere.hosting.plugins.module_utils._site_services import checkers, marks, tell, units_of
from ansible_collections.infogere.hosting.plugins.module_utils._site_tree import (
    installed_php,
    pools_present,
    removal_tree,
    traces,
)
from ansible_collections.infogere.hosting.plugins.module_utils._system_user import (
    end_processes,
    remove_user,
    user_exists,
)
from ansible_collections.infogere.hosting.plugins.module_utils._tree_plan import plan

KIND = "vhost"


def remove_site(site, entry):
    """Archive and remove ``site``; returns ``{"archive": path}``.

    Killed at any point and run again, it goes on where it was: an archive that was noted is not made twice.

    Raises:
        ModuleError: something still depends on the site, or the archive cannot be made; the site stays up.
    """
    refuse_if_used(site)
    archive = entry.get("archive")
    if archive is None:
        require_room(traces(site, entry["user"]), f"site {site}")
        archive = _archive(site, entry)
        register(KIND, site, {**entry, "archive": archive})
    for path in traces(site, entry["user"]):
        # rmtree never follows a link, also one that is put there meanwhile.
        shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
    if os.path.exists(f"/etc/letsencrypt/renewal/{site}.conf"):
        # Or certbot would go on renewing it, and its hook would bring the folder back.
        require(
            ["certbot", "delete", "--non-interactive", "--cert-name", site], f"forgetting the certificate of {site}"
        )
    if user_exists(entry["user"]):
        remove_user(entry["user"])
    unregister(KIND, site)
    return {"archive": archive}


def refuse_if_used(site):
    """Raise ``ModuleError`` naming what still belongs to ``site``."""
    accounts = accounts_of(site)
    if accounts:
        raise ModuleError(f"site {site} still has the FTP accounts {', '.join(accounts)}; remove them first")
    databases = [name for name, entry in all_registered("database").items() if entry["site"] == site]
    if databases:
        raise ModuleError(f"site {site} still has the databases {', '.join(databases)}; remove them first")


def _archive(site, entry):
    """Take the site off the network, so that nothing changes any more, and archive it; put it back on if that fails."""
    versions = [version for version in pools_present(site) if version in installed_php()]
    units = units_of(*(versions or [entry["php_version"]]))
    configuration = _with_contents(removal_tree(site))
    _deploy(removal_tree(site), units)
    try:
        end_processes(entry["user"])
        return archive_paths(KIND, site, [*traces(site, entry["user"]), entry_file(KIND, site)])
    except ModuleError:
        _deploy(configuration, units)
        raise


def _deploy(tree, units):
    changes = plan(tree)
    if changes:
        deploy(changes, {"notify_units": marks(units), "after_change": {}, "checkers": checkers(units)})
    tell(units)


def _with_contents(tree):
    """The tree that puts back what ``tree`` removes."""
    files = []
    for path in tree["absent"]:
        if os.path.isfile(path):
            with open(path, "rb") as stream:
                content = base64.b64encode(stream.read()).decode()
            files.append({"path": path, "content": content, "mode": "0644", "owner": "root", "group": "root"})
    return {**tree, "absent": [], "files": files}

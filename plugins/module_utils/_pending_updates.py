"""What an upgrade would do to this server: the whole transaction, from APT's own solver, without doing it."""

from __future__ import annotations

import glob
import os
import re

from ansible_collections.infogere.hosting.plugins.module_utils._apt_cache import (
    apt_pkg,
    archive_of,
    full_name,
    is_security,
    open_cache,
)
from ansible_collections.infogere.hosting.plugins.module_utils._package_set import update_lists
from ansible_collections.infogere.hosting.plugins.module_utils._reboot_needs import is_pending
from ansible_collections.infogere.hosting.plugins.module_utils._update_needs import needs_of
from ansible_collections.infogere.hosting.plugins.module_utils._update_services import services_of

ARGUMENT_SPEC = {
    "refresh": {"type": "bool", "default": False},
}
REBOOT_PACKAGES = re.compile(r"linux-image-|(intel|amd64)-microcode$")


def run(params, check_mode):
    """Simulate the upgrade; see the module's documentation for the result.

    Raises:
        ModuleError: the lists cannot be fetched or read.
    """
    if params["refresh"] and not check_mode:
        update_lists()
    library = apt_pkg()
    cache, depcache = open_cache()
    installed = [package for package in cache.packages if package.current_ver]
    broken = []
    if depcache.broken_count:
        broken = sorted(full_name(package) for package in installed if depcache.is_inst_broken(package))
    if not broken:
        depcache.upgrade(True)
    changed = [] if broken else [package for package in cache.packages if not depcache.marked_keep(package)]
    ids = {package.id for package in changed}
    left_out = [package for package in installed if package.id not in ids and _is_outdated(depcache, package)]
    return {
        "changed": False,
        **_transaction(depcache, changed, installed),
        "held": [_left_out(library, depcache, package) for package in sorted(left_out, key=full_name)],
        "broken": broken,
        "lists_from": _lists_from(library),
        "reboot_pending": is_pending(),
    }


def _transaction(depcache, changed, installed):
    changes = {package.id: _change(depcache, package) for package in changed}
    new = {
        package.id: depcache.get_candidate_ver(package) if changes[package.id]["candidate"] else None
        for package in changed
    }
    services = services_of({change["package"] for change in changes.values() if change["installed"]})
    for identity, others in needs_of(new, installed).items():
        changes[identity]["needs"] = sorted(changes[other]["package"] for other in others)
        changes[identity]["services"] = services.get(changes[identity]["package"], [])
    for package in changed:
        changes[package.id]["relatives"] = [] if package.current_ver else _relatives(installed, package)
    return {
        "changes": sorted(changes.values(), key=lambda change: change["package"]),
        "download_bytes": sum(change["download_bytes"] for change in changes.values()),
        "reboot": any(_wants_reboot(change) for change in changes.values()),
    }


def _is_outdated(depcache, package):
    candidate = depcache.get_candidate_ver(package)
    return candidate is not None and candidate.id != package.current_ver.id


def _change(depcache, package):
    """One member of the transaction."""
    now = package.current_ver
    new = None if depcache.marked_delete(package) else depcache.get_candidate_ver(package)
    return {
        "package": full_name(package),
        "installed": now.ver_str if now else None,
        "candidate": new.ver_str if new else None,
        "archive": archive_of(new) if new else {},
        "security": bool(new and is_security(new)),
        "download_bytes": new.size if new else 0,
        "disk_bytes": (new.installed_size if new else 0) - (now.installed_size if now else 0),
    }


def _left_out(library, depcache, package):
    """A newer version that the transaction leaves out: put on hold here, or not installable with the rest."""
    candidate = depcache.get_candidate_ver(package)
    return {
        "package": full_name(package),
        "installed": package.current_ver.ver_str,
        "candidate": candidate.ver_str,
        "why": "hold" if package.selected_state == library.SELSTATE_HOLD else "kept-back",
        "security": is_security(candidate),
    }


def _relatives(installed, package):
    """Installed packages that differ in the numbers of their name alone: the series before this one.

    A kernel, a PHP or a library whose name carries its series comes as a new package; what it succeeds says how far
    it goes: ``linux-image-6.1.0-18-amd64`` after ``linux-image-6.1.0-17-amd64``.
    """
    stem = _stem(package.name)
    if "#" not in stem:
        return []
    return [
        {"package": full_name(other), "installed": other.current_ver.ver_str}
        for other in installed
        if other.name != package.name and _stem(other.name) == stem
    ]


def _stem(name):
    return re.sub(r"\d+(?:[.-]\d+)*", "#", name)


def _wants_reboot(change):
    return bool(change["candidate"] and REBOOT_PACKAGES.match(change["package"]))


def _lists_from(library):
    """Seconds since 1970 of the newest list on the disk; 0 without any."""
    folder = library.config.find_dir("Dir::State::lists")
    return max((int(os.stat(path).st_mtime) for path in glob.glob(f"{folder}*Packages*")), default=0)

"""Whether a frozen plan still fits a server: the same versions before and after, and nothing beside them."""

from __future__ import annotations

from ansible_collections.infogere.hosting.plugins.module_utils._apt_cache import full_name, open_cache


def differences(changes):
    """Why the transaction of ``changes`` is not the one that would happen now; empty: it is.

    A change that is done already is none: a run that was cut short goes on where it stopped.
    """
    cache, depcache = open_cache()
    packages, found = _packages(cache, changes)
    for change in changes:
        if change["package"] in packages:
            found += _difference(depcache, packages[change["package"]], change)
    if found:
        return found
    for change in changes:
        _mark(depcache, packages[change["package"]], change)
    if depcache.broken_count:
        broken = [full_name(package) for package in cache.packages if depcache.is_inst_broken(package)]
        return [f"it would break {', '.join(sorted(broken)[:5])}"]
    planned = {change["package"] for change in changes}
    beside = [
        full_name(package)
        for package in cache.packages
        if (depcache.marked_install(package) or depcache.marked_upgrade(package) or depcache.marked_delete(package))
        and full_name(package) not in planned
    ]
    return [f"{', '.join(sorted(beside)[:5])} would change too"] if beside else []


def _packages(cache, changes):
    packages, found = {}, []
    for change in changes:
        name, _, architecture = change["package"].partition(":")
        try:
            package = cache[name, architecture] if architecture else cache[name]
        except KeyError:
            found.append(f"{change['package']} is in no list")
            continue
        packages[change["package"]] = package
    return packages, found


def _difference(depcache, package, change):
    """Why one member no longer fits."""
    now = package.current_ver.ver_str if package.current_ver else None
    if now == change["candidate"]:
        return []
    if now != change["installed"]:
        return [f"{change['package']} is {now or 'not installed'}, the plan began from {change['installed'] or 'none'}"]
    if change["candidate"] is None:
        return []
    offered = depcache.get_candidate_ver(package)
    if offered is None or offered.ver_str != change["candidate"]:
        said = offered.ver_str if offered else "nothing"
        return [f"{change['package']}: the plan has {change['candidate']}, the archives now offer {said}"]
    return []


def _mark(depcache, package, change):
    if change["candidate"] is None:
        depcache.mark_delete(package)
    elif not package.current_ver or package.current_ver.ver_str != change["candidate"]:
        depcache.mark_install(package, False, package.current_ver is None)

"""Whether a frozen plan still fits a server: the same versions before and after, and nothing beside them."""

from __future__ import annotations

from ansible_collections.infogere.hosting.plugins.module_utils._apt_cache import (
    apt_pkg,
    full_name,
    open_cache,
)


def differences(changes):
    """Why the transaction of ``changes`` is not the one that would happen now; empty: it is.

    A change that is done already is none: a run that was cut short goes on where it stopped.
    """
    transaction = Transaction()
    found = []
    for change in changes:
        package = transaction.package(change["package"])
        found += transaction.difference(package, change) if package else [f"{change['package']} is in no list"]
    if found:
        return found
    transaction.mark(changes)
    return transaction.faults({change["package"] for change in changes})


class Transaction:
    """What APT would do if it were told certain changes; nothing is done."""

    def __init__(self):
        self._cache, self._depcache = open_cache()
        self._records = apt_pkg().PackageRecords(self._cache)

    def package(self, full):
        """The package of this name; None: in no list."""
        name, _, architecture = full.partition(":")
        try:
            return self._cache[name, architecture] if architecture else self._cache[name]
        except KeyError:
            return None

    def installed(self):
        """All packages that are installed now."""
        return [package for package in self._cache.packages if package.current_ver]

    def difference(self, package, change):
        """Why one change no longer fits, as a list of one sentence; empty: it does."""
        now = package.current_ver.ver_str if package.current_ver else None
        if now == change["candidate"]:
            return []
        if now != change["installed"]:
            began = change["installed"] or "none"
            return [f"{change['package']} is {now or 'not installed'}, the plan began from {began}"]
        if change["candidate"] is None:
            return []
        offered = self._depcache.get_candidate_ver(package)
        if offered is None or offered.ver_str != change["candidate"]:
            said = offered.ver_str if offered else "nothing"
            return [f"{change['package']}: the plan has {change['candidate']}, the archives now offer {said}"]
        return []

    def candidate(self, package):
        """The version that APT would install of a package."""
        return self._depcache.get_candidate_ver(package)

    def source(self, version):
        """Name of the source package of a version."""
        self._records.lookup(version.file_list[0])
        return self._records.source_pkg or version.parent_pkg.name

    def mark(self, changes):
        """Add ``changes`` to the transaction."""
        for change in changes:
            package = self.package(change["package"])
            if change["candidate"] is None:
                self._depcache.mark_delete(package)
            elif not package.current_ver or package.current_ver.ver_str != change["candidate"]:
                self._depcache.mark_install(package, False, package.current_ver is None)

    def faults(self, planned):
        """Why the transaction as marked is not complete, or more than the packages ``planned``; empty: neither."""
        if self._depcache.broken_count:
            broken = [full_name(package) for package in self._cache.packages if self._depcache.is_inst_broken(package)]
            return [f"it would break {', '.join(sorted(broken)[:5])}"]
        beside = [
            full_name(package)
            for package in self._cache.packages
            if self._is_marked(package) and full_name(package) not in planned
        ]
        return [f"{', '.join(sorted(beside)[:5])} would change too"] if beside else []

    def _is_marked(self, package):
        marks = self._depcache
        return marks.marked_install(package) or marks.marked_upgrade(package) or marks.marked_delete(package)

"""Split an update into parts that come one after the other, so that no service has to get along with new code for long.

A service goes on with its old code while its files are replaced, but what it starts anew is new code already: the
longer the rest of a transaction takes, the longer both have to get along. So what ships a running service, and what
cannot come without it, is a transaction of its own, after all the others.
"""

from __future__ import annotations

from ansible_collections.infogere.hosting.plugins.module_utils._update_needs import needs_of
from ansible_collections.infogere.hosting.plugins.module_utils._update_services import with_running_units
from ansible_collections.infogere.hosting.plugins.module_utils._update_verify import Transaction


def parts_of(changes):
    """``changes`` in the order in which to apply them: a list of what belongs to no running service, and one for each.

    The first may be empty.
    APT itself must confirm that each part is complete, with nothing beside. If it does not, all is one part.
    """
    transaction = Transaction()
    new, names, sources = {}, {}, {}
    for change in changes:
        package = transaction.package(change["package"])
        version = transaction.candidate(package) if change["candidate"] else None
        new[package.id], names[package.id] = version, change["package"]
        sources.setdefault(transaction.source(version or package.current_ver), set()).add(change["package"])
    needs = {
        names[identity]: {names[other] for other in others}
        for identity, others in needs_of(new, transaction.installed()).items()
    }
    # What is built together is tested together, whatever its dependencies say.
    belongs = [*({name, *others} for name, others in needs.items()), *sources.values()]
    parts = split(changes, belongs, with_running_units(set(names.values())))
    done = []
    for part in parts:
        done += part
        transaction.mark(part)
        if transaction.faults({change["package"] for change in done}):
            return [changes]
    return parts


def split(changes, belongs, apart):
    """Join what belongs together: first, in one, all groups without a package of ``apart``, then each other group.

    Args:
        changes: ``[{package, ...}]``.
        belongs: sets of packages that must come together.
        apart: names of packages whose groups stand for themselves.
    """
    group = {change["package"]: {change["package"]} for change in changes}
    for members in belongs:
        joined = set().union(*(group[member] for member in members))
        group.update(dict.fromkeys(joined, joined))
    together, alone = [], {}
    for change in changes:
        members = group[change["package"]]
        if members & apart:
            alone.setdefault(min(members), []).append(change)
        else:
            together.append(change)
    return [together, *(alone[name] for name in sorted(alone))]

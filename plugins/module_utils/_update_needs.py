"""Which updates of a transaction cannot come without which others, so that a part of it can be left out.

``a`` needs ``b`` if installing ``a`` alone, everything else as it is, would leave a dependency unmet or a conflict.
"""

from __future__ import annotations

DEPENDS = ("PreDepends", "Depends")
AGAINST = ("Conflicts", "Breaks")


def needs_of(new, installed):
    """``{package id: {ids}}`` of the changes that must come with each change.

    Args:
        new: ``{package id: version that the transaction installs, or None for a removal}``.
        installed: the packages that are installed now.
    """
    needs = {identity: set() for identity in new}

    def comes(version):
        mine = new.get(version.parent_pkg.id)
        return mine is not None and mine.id == version.id

    def add(identity, other):
        if identity != other and identity in needs and other in needs:
            needs[identity].add(other)

    # What the new versions ask for, and what they refuse to stand beside.
    for identity, version in new.items():
        if version is None:
            continue
        for targets in _groups(version):
            if not any(_is_installed(target) for target in targets):
                add(identity, next((target.parent_pkg.id for target in targets if comes(target)), identity))
        for target in _refused(version):
            if _is_installed(target):
                add(identity, target.parent_pkg.id)
    # What installed versions lose by a change of others, and what they refuse to stand beside.
    for package in installed:
        for targets in _groups(package.current_ver):
            fulfilling = {target.parent_pkg.id for target in targets if _is_installed(target)}
            coming = [target.parent_pkg.id for target in targets if comes(target)]
            if len(fulfilling) == 1 and not fulfilling & set(coming):
                successor = package.id if package.id in new else next(iter(coming), package.id)
                add(fulfilling.pop(), successor)
        for target in _refused(package.current_ver):
            if comes(target):
                add(target.parent_pkg.id, package.id)
    return needs


def _groups(version):
    """Each dependency as the list of all versions that would meet it."""
    for kind in DEPENDS:
        for group in version.depends_list.get(kind, ()):
            yield [target for choice in group for target in choice.all_targets()]


def _refused(version):
    for kind in AGAINST:
        for group in version.depends_list.get(kind, ()):
            yield from (target for choice in group for target in choice.all_targets())


def _is_installed(version):
    current = version.parent_pkg.current_ver
    return current is not None and current.id == version.id

"""Which updates need which others: a small APT of packages, versions and dependencies."""

from __future__ import annotations

from ansible_collections.infogere.hosting.plugins.module_utils._update_needs import needs_of


class Version:
    def __init__(self, package, text, **depends):
        self.parent_pkg = package
        self.id = f"{package.id} {text}"
        # kind -> groups of alternatives; each alternative is the list of versions that would do.
        self.depends_list = {kind: [[Choice(x) for x in group] for group in groups] for kind, groups in depends.items()}


class Choice:
    def __init__(self, targets):
        self._targets = targets

    def all_targets(self):
        return self._targets


class Package:
    def __init__(self, name):
        self.id = name
        self.current_ver = None


def pair(name):
    """A package with an installed version 1 and a coming version 2."""
    package = Package(name)
    package.current_ver = Version(package, "1")
    return package, Version(package, "2")


def depend(version, kind, *groups):
    version.depends_list.setdefault(kind, []).extend([Choice(targets) for targets in group] for group in groups)


def test_a_new_version_needs_what_it_depends_on():
    tool, tool2 = pair("tool")
    library, library2 = pair("library")
    fresh = Package("fresh")
    fresh1 = Version(fresh, "1")
    depend(tool2, "Depends", [[library2]], [[fresh1]])
    new = {"tool": tool2, "library": library2, "fresh": fresh1}
    assert needs_of(new, [tool, library]) == {"tool": {"library", "fresh"}, "library": set(), "fresh": set()}


def test_a_dependency_that_is_met_already_needs_nothing():
    tool, tool2 = pair("tool")
    library, library2 = pair("library")
    depend(tool2, "Depends", [[library.current_ver, library2]])
    assert needs_of({"tool": tool2, "library": library2}, [tool, library]) == {"tool": set(), "library": set()}


def test_an_alternative_that_is_installed_is_enough():
    tool, tool2 = pair("tool")
    library, library2 = pair("library")
    other, _ = pair("other")
    depend(tool2, "Depends", [[library2], [other.current_ver]])
    assert needs_of({"tool": tool2, "library": library2}, [tool, library, other])["tool"] == set()


def test_a_package_that_insists_on_the_old_version_must_come_along():
    tool, tool2 = pair("tool")
    library, library2 = pair("library")
    depend(tool.current_ver, "Depends", [[library.current_ver]])
    assert needs_of({"tool": tool2, "library": library2}, [tool, library]) == {"library": {"tool"}, "tool": set()}


def test_what_a_change_breaks_goes_with_it():
    tool, tool2 = pair("tool")
    old, _ = pair("old")
    depend(tool2, "Breaks", [[old.current_ver]])
    assert needs_of({"tool": tool2, "old": None}, [tool, old]) == {"tool": {"old"}, "old": set()}


def test_an_installed_package_that_refuses_the_new_version_must_come_along():
    tool, tool2 = pair("tool")
    guard, guard2 = pair("guard")
    depend(guard.current_ver, "Conflicts", [[tool2]])
    assert needs_of({"tool": tool2, "guard": guard2}, [tool, guard]) == {"tool": {"guard"}, "guard": set()}

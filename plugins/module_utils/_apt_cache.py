"""APT's own view of a server through python-apt: opened once, asked for versions, archives and transactions."""

from __future__ import annotations

import contextlib
import os
import sys

from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError

# The fast path starts Python without its site packages; python-apt is one of Debian's.
SITE_PACKAGES = "/usr/lib/python3/dist-packages"


def apt_pkg():
    """The initialised module ``apt_pkg``; what its C code says goes nowhere, a fault becomes a ``ModuleError``."""
    if SITE_PACKAGES not in sys.path:
        sys.path.append(SITE_PACKAGES)
    try:
        import apt_pkg as found
    except ImportError as error:
        raise ModuleError(f"python3-apt is missing ({error}); install it: the packages of role patching") from error
    if not found.config.find("Dir::State"):
        found.init()
    return found


def open_cache():
    """``(cache, depcache)`` of the lists as they are on the disk; nothing is fetched, nothing is locked."""
    library = apt_pkg()
    try:
        with _silence():
            cache = library.Cache(None)
            depcache = library.DepCache(cache)
    except (SystemError, library.Error) as error:
        raise ModuleError(f"APT cannot read its lists: {_one_line(error)}") from error
    return cache, depcache


def full_name(package):
    """``libssl3``, or ``libssl3:i386`` for a package of a foreign architecture."""
    return package.get_fullname(True)


def archive_of(version):
    """Where a version comes from: ``{origin, label, suite, codename, component, site}``; empty: only installed."""
    for file, _index in version.file_list:
        if file.not_source:
            continue
        return {
            "origin": file.origin or "",
            "label": file.label or "",
            "suite": file.archive or "",
            "codename": getattr(file, "codename", "") or "",
            "component": file.component or "",
            "site": file.site or "",
        }
    return {}


def is_security(version):
    """Whether one of the archives that have this version is the distribution's security archive."""
    return any(
        file.label == "Debian-Security" or (file.archive or "").endswith("-security")
        for file, _index in version.file_list
    )


@contextlib.contextmanager
def _silence():
    """Keep the progress lines of APT's C code out of the result."""
    keep = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(keep, 1)
        os.close(keep)
        os.close(nowhere)


def _one_line(error):
    return " ".join(str(error).split())

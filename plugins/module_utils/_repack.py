"""Make an installed package into a ``.deb`` again, where no archive has this version any more.

What dpkg-repack does, without Perl and dpkg-dev: the files as they are now, and dpkg's own notes about the package.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile

from ansible_collections.infogere.hosting.plugins.module_utils._command import require
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError

INFO = "/var/lib/dpkg/info"
NOTES = ("preinst", "postinst", "prerm", "postrm", "config", "templates", "triggers", "shlibs", "symbols", "conffiles")
# dpkg's own bookkeeping, which is no part of a package.
KEPT_OUT = re.compile(r"^(Status|Conffiles|Config-Version):.*\n(?: .*\n)*", re.MULTILINE)
PATIENCE = 600  # seconds


def repack(package, folder):
    """Write ``package`` as it is installed into ``folder``."""
    control = require(["dpkg-query", "--status", package], f"{package} is not installed")
    tree = tempfile.mkdtemp(prefix=".repack-", dir=folder)
    try:
        os.chmod(tree, 0o755)
        _notes(package, control, os.path.join(tree, "DEBIAN"))
        for path in require(["dpkg-query", "--listfiles", package], package).splitlines():
            if path.startswith("/") and path != "/.":
                _copy(_diverted(path, package), f"{tree}{path}")
        require(
            ["dpkg-deb", "-Zgzip", "--build", tree, folder],
            f"{package} cannot be packed again",
            timeout=PATIENCE,
        )
    except OSError as error:
        raise ModuleError(f"{package} cannot be packed again: {error}") from error
    finally:
        shutil.rmtree(tree)


def _notes(package, control, target):
    os.mkdir(target, 0o755)
    with open(os.path.join(target, "control"), "w", encoding="utf-8") as stream:
        stream.write(KEPT_OUT.sub("", control if control.endswith("\n") else f"{control}\n"))
    for note in NOTES:
        source = require(["dpkg-query", "--control-list", package], package).split()
        if note in source:
            path = require(["dpkg-query", "--control-path", package, note], package).strip()
            shutil.copy(path, os.path.join(target, note))


def _diverted(path, package):
    return require(["dpkg-divert", "--truename", path], package).strip() if os.path.exists(f"{path}.distrib") else path


def _copy(source, target):
    if not os.path.lexists(source):
        return  # removed by the administrator; it was not missed until now
    status = os.lstat(source)
    if stat.S_ISDIR(status.st_mode):
        os.makedirs(target, exist_ok=True)
        os.chmod(target, stat.S_IMODE(status.st_mode))
    elif stat.S_ISLNK(status.st_mode):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.symlink(os.readlink(source), target)
        return
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy2(source, target)
    os.chown(target, status.st_uid, status.st_gid)
    if not stat.S_ISDIR(status.st_mode):
        os.chmod(target, stat.S_IMODE(status.st_mode))

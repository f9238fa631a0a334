"""The way back from an update: the previous packages, the configuration and the marks, kept before anything changes."""

from __future__ import annotations

import glob
import json
import os
import shutil
import stat
import tarfile

from ansible_collections.infogere.hosting.plugins.module_utils._apt_cache import archive_of
from ansible_collections.infogere.hosting.plugins.module_utils._command import attempt, last_words, require
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._repack import repack
from ansible_collections.infogere.hosting.plugins.module_utils._transaction import make_link, write_file
from ansible_collections.infogere.hosting.plugins.module_utils._update_verify import Transaction

ARCHIVES = "/var/cache/apt/archives"
DOWNLOAD = ["apt-get", "download", "-q", "-o", "APT::Sandbox::User=root"]
KEPT_PLANS = 6  # with this one
DOWNLOAD_PATIENCE = 600  # seconds
QUERY = "${binary:Package}\t${Version}\t${db:Status-Status}\n"


def installed_versions():
    """``{package: version}`` of what is completely installed, foreign architectures as ``name:architecture``."""
    native = require(["dpkg", "--print-architecture"], "dpkg").strip()
    versions = {}
    for line in require(["dpkg-query", "--show", f"--showformat={QUERY}"], "dpkg-query").splitlines():
        name, version, status = line.split("\t")
        if status == "installed":
            versions[name.removesuffix(f":{native}")] = version
    return versions


class Previous:
    """What a server had before.

    Args:
        folder: of the plan; everything is kept there, readable by root alone.
        changes: ``[{package, installed, candidate}]``.
    """

    def __init__(self, folder, changes):
        self._folder = folder
        self._changes = changes
        self._packages = os.path.join(folder, "previous")

    def keep(self):
        """Keep the packages, ``/etc``, the versions and the marks; forget those of long ago.

        Raises:
            ModuleError: it cannot be kept; then the update must not begin.
        """
        _forget(os.path.dirname(self._folder))
        write_file(self._path("versions.json"), json.dumps(installed_versions(), sort_keys=True).encode(), 0o600, 0, 0)
        automatic = require(["apt-mark", "showauto"], "apt-mark").split()
        write_file(self._path("automatic.json"), json.dumps(automatic).encode(), 0o600, 0, 0)
        # A file that changes while it is read is no fault: exit code 1.
        code, text = attempt(
            ["tar", "-C", "/", "--hard-dereference", "-czf", self._path("etc.tar.gz"), "etc"], timeout=DOWNLOAD_PATIENCE
        )
        if code > 1:
            raise ModuleError(f"/etc cannot be kept: {last_words(text)}; nothing was changed")
        os.chmod(self._path("etc.tar.gz"), 0o600)
        os.makedirs(self._packages, mode=0o755, exist_ok=True)
        self._keep_packages([change for change in self._changes if change["installed"]])

    def versions(self):
        """``{package: version}`` as kept."""
        with open(self._path("versions.json"), encoding="utf-8") as stream:
            return json.load(stream)

    def restore_marks(self):
        """apt-get takes what it is told to install as wanted for its own sake; what came as a dependency stays one."""
        with open(self._path("automatic.json"), encoding="utf-8") as stream:
            automatic = set(json.load(stream))
        names = [
            change["package"]
            for change in self._changes
            if change["candidate"] and (change["installed"] is None or change["package"] in automatic)
        ]
        if names:
            attempt(["apt-mark", "auto", *names])

    def put_back(self, environment, patience):
        """Install the previous packages again, remove the new ones, put ``/etc`` back; ``(exit code, words)``."""
        now = installed_versions()
        touched = [change for change in self._changes if now.get(change["package"]) != change["installed"]]
        debs = [
            path
            for change in touched
            if change["installed"]
            for path in glob.glob(os.path.join(self._packages, _file_pattern(change)))
        ]
        options = ["--force-downgrade", "--force-confold", "--auto-deconfigure"]
        code, said = 0, ""
        if debs:
            code, said = attempt(["dpkg", *options, "--install", *debs], timeout=patience, env=environment)
        new = [change["package"] for change in touched if change["installed"] is None]
        if new:
            removed, text = attempt(["dpkg", "--remove", *new], timeout=patience, env=environment)
            code, said = code or removed, said + text
        restored = restore_files(self._path("etc.tar.gz"))
        configured, text = attempt(["dpkg", "--configure", "-a"], timeout=patience, env=environment)
        return configured or code, f"{said}{text}put back: {' '.join(restored) or 'nothing'}\n"

    def _keep_packages(self, changes):
        """From APT's cache, else from the archives, else made again from what is installed."""
        missing = [change for change in changes if not self._kept_from_cache(change)]
        transaction = Transaction()
        offered = [change for change in missing if archive_of(transaction.package(change["package"]).current_ver)]
        if offered:
            wanted = [f"{change['package']}={change['installed']}" for change in offered]
            # It writes where it is started. What it does not bring is made again.
            attempt(["env", f"--chdir={self._packages}", *DOWNLOAD, "--", *wanted], timeout=DOWNLOAD_PATIENCE)
        for change in missing:
            if not glob.glob(os.path.join(self._packages, _file_pattern(change))):
                repack(change["package"], self._packages)

    def _kept_from_cache(self, change):
        cached = glob.glob(os.path.join(ARCHIVES, _file_pattern(change)))
        if cached:
            require(["cp", "--", cached[0], self._packages], f"{change['package']} cannot be kept")
        return bool(cached)

    def _path(self, name):
        return os.path.join(self._folder, name)


def _file_pattern(change):
    """Of the file that holds what is installed before the change."""
    name, _, architecture = change["package"].partition(":")
    stem = glob.escape(f"{name}_{change['installed'].replace(':', '%3a')}_")
    return f"{stem}{architecture or '*'}.deb"


def _forget(folder):
    """Remove the oldest plans of a server, of which nobody will want the way back any more."""
    plans = sorted((os.path.join(folder, name) for name in os.listdir(folder)), key=os.path.getmtime, reverse=True)
    for plan in plans[KEPT_PLANS:]:
        shutil.rmtree(plan, ignore_errors=True)


def restore_files(archive, root="/"):
    """Put back the files and links of ``archive`` that differ now, and no others; their paths."""
    restored = []
    with tarfile.open(archive) as kept:
        for member in kept:
            path = os.path.join(root, member.name)
            if member.isfile():
                data = kept.extractfile(member).read()
                if not _is_same(path, data, member):
                    write_file(path, data, stat.S_IMODE(member.mode), member.uid, member.gid)
                    restored.append(path)
            elif member.issym() and not (os.path.islink(path) and os.readlink(path) == member.linkname):
                make_link(path, member.linkname)
                restored.append(path)
    return restored


def _is_same(path, data, member):
    try:
        status = os.lstat(path)
        if not stat.S_ISREG(status.st_mode):
            return False
        with open(path, "rb") as stream:
            same = stream.read() == data
    except FileNotFoundError:
        return False
    now = (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)
    return same and now == (stat.S_IMODE(member.mode), member.uid, member.gid)

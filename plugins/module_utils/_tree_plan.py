"""Compare a wanted tree of files with what a server has: the list of changes, nothing written."""

from __future__ import annotations

import binascii
import fnmatch
import grp
import os
import pwd
import stat
from collections import namedtuple

from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._transaction import (
    make_directory,
    make_link,
    remove,
    set_attributes,
    write_file,
)

UNKNOWN = -1  # an owner that does not exist yet: only check mode gets this far
# Below these the second level belongs to the whole system too (/usr/lib, /var/log); elsewhere only the first does.
SHARED_DEEPER = ("/usr/", "/var/")


# A named tuple: a server pays for the import of dataclasses at every call.
class Change(namedtuple("Change", "path verb arguments before after notify", defaults=[True])):
    """One step from what is there to what is wanted.

    Attributes:
        path: absolute path on the server.
        verb: write, attributes, directory, link or remove.
        arguments: what the verb's function takes after the path.
        before, after: texts for the diff.
        notify: whether the service behind the tree must hear of it.
    """

    __slots__ = ()

    def apply(self):
        """Do it."""
        APPLY[self.verb](self.path, *self.arguments)


APPLY = {
    "write": write_file,
    "attributes": set_attributes,
    "directory": make_directory,
    "link": make_link,
    "remove": remove,
}


def plan(tree, check_mode=False):
    """The changes that turn the server into ``tree``, directories first.

    Args:
        tree: ``files`` [{path, content (base64), mode, owner, group, sensitive, notify, once}],
            ``directories`` [{path, mode, owner, group}], ``links`` {path: target},
            ``absent`` [path], ``owns`` [directory], ``keeps`` [glob].

    Raises:
        ModuleError: an owner does not exist, or a directory stands where a file should.
    """
    _require_absolute(tree)
    changes = []
    for directory in tree["directories"]:
        changes += _directory(directory, check_mode)
    for file in tree["files"]:
        changes += _file(file, check_mode)
    for path, target in tree["links"].items():
        changes += _link(path, target)
    doomed = set(tree["absent"]) | set(_strays(tree))
    for path in sorted(doomed):
        changes += _absent(path)
    return changes


def _require_absolute(tree):
    named = [item["path"] for item in (*tree["files"], *tree["directories"])]
    for path in (*named, *tree["links"], *tree["absent"], *tree["owns"]):
        if not path.startswith("/") or path.startswith("//") or path != os.path.normpath(path):
            raise ModuleError(f"{path!r} is not an absolute path in its shortest form")


def _directory(wanted, check_mode):
    path = wanted["path"]
    attributes = _attributes(wanted, check_mode)
    status = _status(path)
    if status is None:
        return [Change(path, "directory", attributes, "", _words(attributes), notify=False)]
    if not stat.S_ISDIR(status.st_mode):
        raise ModuleError(f"{path} should be a directory, but something else stands there: move it away")
    if _present(status) == attributes:
        return []
    return [Change(path, "attributes", attributes, _words(_present(status)), _words(attributes), notify=False)]


def _file(wanted, check_mode):
    path = wanted["path"]
    attributes = _attributes(wanted, check_mode)
    data = binascii.a2b_base64(wanted["content"])
    status = _status(path)
    if status is not None and stat.S_ISDIR(status.st_mode):
        raise ModuleError(f"{path} should be a file, but a directory stands there: move it away")
    hidden = wanted.get("sensitive", False)
    notify = wanted.get("notify", True)
    is_file = status is not None and stat.S_ISREG(status.st_mode)
    before = _read(path) if is_file else b""
    settled = is_file and (wanted.get("once", False) or before == data)
    if not settled:
        shown_before, shown_after = _text(before, hidden, "before"), _text(data, hidden, "after")
        return [Change(path, "write", (data, *attributes), shown_before, shown_after, notify)]
    if _present(status) != attributes:
        return [Change(path, "attributes", attributes, _words(_present(status)), _words(attributes), notify)]
    return []


def _link(path, target):
    status = _status(path)
    if status is not None and stat.S_ISLNK(status.st_mode) and os.readlink(path) == target:
        return []
    if status is not None and stat.S_ISDIR(status.st_mode):
        raise ModuleError(f"{path} should be a link, but a directory stands there: move it away")
    before = f"-> {os.readlink(path)}\n" if status is not None and stat.S_ISLNK(status.st_mode) else ""
    return [Change(path, "link", (target,), before, f"-> {target}\n")]


def _absent(path):
    status = _status(path)
    if status is None:
        return []
    if stat.S_ISDIR(status.st_mode):
        raise ModuleError(f"{path} should be absent, but it is a directory: remove it by hand")
    before = f"-> {os.readlink(path)}\n" if stat.S_ISLNK(status.st_mode) else "(present)\n"
    return [Change(path, "remove", (), before, "")]


def _strays(tree):
    """Files in owned directories that the tree does not contain."""
    wanted = {file["path"] for file in tree["files"]} | set(tree["links"])
    for top in tree["owns"]:
        if top.count("/") < (3 if top.startswith(SHARED_DEEPER) else 2):
            raise ModuleError(f"owns: {top} is shared by the whole system; name a directory of the service's own")
        for folder, folders, names in os.walk(top):
            # A link to a folder is listed among the folders.
            links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
            for name in (*names, *links):
                path = os.path.join(folder, name)
                if path not in wanted and not any(fnmatch.fnmatch(path, glob) for glob in tree["keeps"]):
                    yield path


def _attributes(wanted, check_mode):
    """``(mode, uid, gid)`` as numbers."""
    return (
        int(wanted["mode"], 8),
        _number(wanted["owner"], lambda name: pwd.getpwnam(name).pw_uid, wanted["path"], "user", check_mode),
        _number(wanted["group"], lambda name: grp.getgrnam(name).gr_gid, wanted["path"], "group", check_mode),
    )


def _number(name, look_up, path, kind, check_mode):
    try:
        return look_up(name)
    except KeyError:
        if check_mode:
            return UNKNOWN
        raise ModuleError(
            f"{path}: the {kind} {name} does not exist on this server; install its package first"
        ) from None


def _status(path):
    try:
        return os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _present(status):
    return (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)


def _words(attributes):
    mode, uid, gid = attributes
    return f"mode {mode:04o}, owner {uid}, group {gid}\n"


def _read(path):
    with open(path, "rb") as stream:
        return stream.read()


def _text(data, hidden, side):
    if hidden:
        return f"(content not shown: {side})\n" if data else ""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return f"(binary, {len(data)} bytes)\n"

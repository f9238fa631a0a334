"""Change files on a server so that all of it happens or none of it.

Before anything is touched, the present state of every path is written down (a hard link to the old
file, its mode and owner) in a folder of its own; a rollback reads that folder. A process that
is killed leaves the folder behind, and the next change on the server rolls it back first.
"""

from __future__ import annotations

import json
import os
import stat

from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError

FOLDER = "transactions"
JOURNAL = "journal.json"


class NotPutBackError(ModuleError):
    """A path could not be put back; its folder stays, and the next change on the server tries again."""


class Transaction:
    """Use as a context manager: leaving it by an exception puts every path back.

    Args:
        state_folder: folder on the server that holds open transactions.
        paths: every path that may be written, linked, created or removed; absolute.
    """

    def __init__(self, state_folder, paths):
        self.folder = os.path.join(state_folder, FOLDER, os.urandom(16).hex())
        self.paths = list(dict.fromkeys(paths))
        for path in self.paths:
            if not os.path.isabs(path):
                raise ValueError(f"{path!r} is not an absolute path")

    def __enter__(self):
        try:
            os.makedirs(self.folder, mode=0o700)
            before = [_snapshot(path, os.path.join(self.folder, str(n))) for n, path in enumerate(self.paths)]
            _write_durably(os.path.join(self.folder, JOURNAL), json.dumps(before).encode())
        except OSError:
            _remove_folder(self.folder)
            raise
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            # Removing the journal is the commit: without it the folder is only rubbish.
            os.unlink(os.path.join(self.folder, JOURNAL))
            _remove_folder(self.folder)
        else:
            roll_back(self.folder)


def half_done(state_folder):
    """True if a killed process left something to roll back."""
    folder = os.path.join(state_folder, FOLDER)
    return os.path.isdir(folder) and bool(os.listdir(folder))


def recover(state_folder):
    """Roll back what a killed process left half done; return the paths that were put back."""
    restored = []
    top = os.path.join(state_folder, FOLDER)
    for name in os.listdir(top) if os.path.isdir(top) else []:
        restored += roll_back(os.path.join(top, name))
    return restored


def roll_back(folder):
    """Put back every path that the journal in ``folder`` names, then forget the folder.

    Raises:
        NotPutBackError: some paths could not be put back (the others were).
    """
    restored, lost = [], []
    journal = os.path.join(folder, JOURNAL)
    if os.path.exists(journal):
        with open(journal, encoding="utf-8") as handle:
            before = json.load(handle)
        # Last first: what was created inside a new directory goes before the directory.
        for entry in reversed(before):
            try:
                if _restore(entry):
                    restored.append(entry["path"])
            except OSError as error:
                lost.append(f"{entry['path']}: {error.strerror or error}")
        if lost:
            raise NotPutBackError(
                f"{'; '.join(lost)}; could not be put back, the old content is in {folder}; mend that and start again"
            )
        os.unlink(journal)
    _remove_folder(folder)
    return restored


def write_file(path, data, mode, uid, gid):
    """Replace ``path`` with ``data`` in one step: no reader ever sees half of it."""
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    temporary = _temporary(path)
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            os.fchown(stream.fileno(), uid, gid)
            os.fchmod(stream.fileno(), mode)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        remove(temporary)
        raise


def make_link(path, target):
    """Point ``path`` at ``target``, replacing a file or link that stands there."""
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    temporary = _temporary(path)
    try:
        os.symlink(target, temporary)
        os.replace(temporary, path)
    except BaseException:
        remove(temporary)
        raise


def make_directory(path, mode, uid, gid):
    """Create ``path`` where it is missing, and set its mode and owner."""
    os.makedirs(path, mode=0o755, exist_ok=True)
    set_attributes(path, mode, uid, gid)


def set_attributes(path, mode, uid, gid):
    """Set owner and mode (in this order: chown clears set-id bits)."""
    os.chown(path, uid, gid, follow_symlinks=False)
    os.chmod(path, mode)


def remove(path):
    """Remove a file or link, if it is there."""
    if os.path.lexists(path):
        os.unlink(path)


def _temporary(path):
    return os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.{os.urandom(4).hex()}")


def _snapshot(path, backup):
    try:
        status = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return {"path": path, "kind": "absent", "parents": _missing_parents(path)}
    entry = {"path": path, "mode": stat.S_IMODE(status.st_mode), "uid": status.st_uid, "gid": status.st_gid}
    if stat.S_ISLNK(status.st_mode):
        return {**entry, "kind": "link", "target": os.readlink(path)}
    if stat.S_ISDIR(status.st_mode):
        return {**entry, "kind": "directory"}
    try:
        os.link(path, backup)
    except OSError:  # another file system
        _copy(path, backup)
    return {**entry, "kind": "file", "backup": backup}


def _missing_parents(path):
    missing = []
    parent = os.path.dirname(path)
    while not os.path.lexists(parent):
        missing.append(parent)
        parent = os.path.dirname(parent)
    return missing


def _restore(entry):
    """Put one path back; return True if it had changed."""
    path, kind = entry["path"], entry["kind"]
    if kind == "absent":
        return _restore_absence(path, entry["parents"])
    if kind == "directory":
        set_attributes(path, entry["mode"], entry["uid"], entry["gid"])
        return False
    if kind == "link":
        if os.path.islink(path) and os.readlink(path) == entry["target"]:
            return False
        make_link(path, entry["target"])
        return True
    same = os.path.lexists(path) and os.path.samestat(os.lstat(path), os.lstat(entry["backup"]))
    if not same:
        _put_back(entry["backup"], path)
    set_attributes(path, entry["mode"], entry["uid"], entry["gid"])
    return not same


def _put_back(backup, path):
    temporary = _temporary(path)
    try:
        try:
            os.link(backup, temporary)
        except OSError:  # another file system
            _copy_back(backup, temporary, path)
        os.replace(temporary, path)
    except OSError:
        remove(temporary)
        raise


def _copy_back(backup, temporary, path):
    try:
        _copy(backup, temporary)
    except OSError:
        # A full disk has no room for old and new side by side: the new one goes first.
        remove(path)
        _copy(backup, temporary)


def _restore_absence(path, parents):
    existed = os.path.lexists(path)
    if os.path.isdir(path) and not os.path.islink(path):
        _remove_if_empty(path)
    else:
        remove(path)
    for parent in parents:
        _remove_if_empty(parent)
    return existed


def _remove_if_empty(directory):
    try:
        os.rmdir(directory)
    except OSError:
        return  # absent, or somebody's files are in it by now


def _write_durably(path, data):
    with open(path, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _copy(source, target):
    import shutil  # only where a file cannot be linked: loading it costs more than a transaction

    shutil.copy2(source, target)


def _remove_folder(folder):
    """Remove a transaction's folder; it holds files only."""
    try:
        for name in os.listdir(folder):
            os.unlink(os.path.join(folder, name))
        os.rmdir(folder)
    except OSError:
        return  # rubbish without a journal, which the next rollback removes

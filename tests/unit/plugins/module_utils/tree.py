"""What a folder looks like, and a folder that is full: shared by the tests of the file mechanism."""

from __future__ import annotations

import contextlib
import stat
import subprocess
from pathlib import Path


def picture(top: Path) -> dict[str, tuple]:
    """``{path below top: (kind, mode, owner, group, content or target)}`` of everything under ``top``."""
    found = {}
    for path in sorted(top.rglob("*")):
        status = path.lstat()
        kind, mode = stat.S_IFMT(status.st_mode), stat.S_IMODE(status.st_mode)
        found[str(path.relative_to(top))] = (kind, mode, status.st_uid, status.st_gid, _content(path))
    return found


def _content(path: Path) -> bytes | str | None:
    if path.is_symlink():
        return str(path.readlink())
    return path.read_bytes() if path.is_file() else None


@contextlib.contextmanager
def small_disk(folder: Path, size: str):
    """A file system of its own, of ``size``, mounted on ``folder``; None where that is not permitted."""
    folder.mkdir(exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)

"""Room on the disks for an update and its way back: asked for before anything changes, set aside until the end."""

from __future__ import annotations

import contextlib
import os

from ansible_collections.infogere.hosting.plugins.module_utils._apt_cache import archive_of
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._update_verify import Transaction

ARCHIVES = "/var/cache/apt/archives"
PROGRAMS = "/usr"
MARGIN = 32 * 2**20  # bytes for dpkg's database, the logs of the run and what services write meanwhile
RESERVE = "reserve"


def require_room(folder, changes):
    """Refuse an update for which a disk is too small, and set aside in ``folder`` what the way back would need.

    Raises:
        ModuleError: in one line which disk, how much it has and how much it needs.
    """
    wanted = wanted_bytes(changes)
    places = {ARCHIVES: wanted["download"], folder: wanted["keep"] + wanted["back"], PROGRAMS: wanted["unpack"]}
    disks = {}
    for place, size in places.items():
        disks.setdefault(os.stat(_existing(place)).st_dev, []).append((place, size))
    for parts in disks.values():
        disk = os.statvfs(_existing(parts[0][0]))
        free, needed = disk.f_bavail * disk.f_frsize, sum(size for _place, size in parts) + MARGIN
        if free < needed:
            where = ", ".join(place for place, _size in parts)
            raise ModuleError(
                f"the disk of {where} has {free // 2**20} MiB free and the update needs about "
                f"{needed // 2**20 + 1} MiB, its way back included; nothing was changed; make room and start again"
            )
    with open(os.path.join(folder, RESERVE), "wb") as reserve:
        os.posix_fallocate(reserve.fileno(), 0, wanted["back"])


def release_room(folder):
    """Give back what ``require_room`` has set aside."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(os.path.join(folder, RESERVE))


def wanted_bytes(changes):
    """What an update takes: ``{download, keep, unpack, back}`` in bytes.

    The previous packages are kept as they are fetched, or packed again from what is installed. dpkg unpacks a package
    beside the one that it replaces, so the largest stands there twice for a moment, going there and going back.
    """
    transaction = Transaction()
    download = keep = growth = largest = back = 0
    for change in changes:
        package = transaction.package(change["package"])
        old = package.current_ver if package else None
        new = transaction.candidate(package) if package and change["candidate"] else None
        download += new.size if new else 0
        keep += (old.size if archive_of(old) else old.installed_size) if old else 0
        growth += max(0, (new.installed_size if new else 0) - (old.installed_size if old else 0))
        largest = max(largest, new.installed_size if new else 0)
        back = max(back, old.installed_size if old else 0)
    return {"download": download, "keep": keep, "unpack": growth + largest, "back": back + MARGIN // 4}


def _existing(path):
    while not os.path.exists(path):
        path = os.path.dirname(path)
    return path

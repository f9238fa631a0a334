"""A validated copy of the resolved inventory, so that ``infogere may`` need not start Ansible.

Ansible's loader takes about half a second to import alone. What it answered is kept under
``state_dir/cache/fleet`` and used again only if nothing that went into it has changed:

* every file below the sources, and below the ``group_vars`` and ``host_vars`` beside them, by path,
  modification and change time, inode and size. A file whose times moved is compared by SHA-256, and so
  is one that was written so shortly before the copy that a clock tick could hide a second write;
* a file that appeared or went away changes that list and so the answer;
* ``ansible.cfg``, every ``ANSIBLE_*`` variable, the ansible-core and the infogere release.

Never kept: executable inventories and inventory plugins (their answer may change at any time), variables
made by templates, vaulted values, and anything when other variable plugins are enabled. The copy holds
order forms and customers only, no other variable, and is readable by its owner alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from infogere import __version__, settings
from infogere.fleet.resolved import Resolved, ResolvedHost

VARIABLE_FOLDERS = ("group_vars", "host_vars")
CLOCK_TICK_NS = 2_000_000_000  # coarsest time stamps of a file system in use (FAT: 2 s)

Signature = list[int]  # mtime_ns, ctime_ns, inode, size


def resolve_cached(sources: tuple[str, ...], configured: settings.Settings) -> Resolved:
    """Like ``inventory.resolve``, from the copy when it is still true; hosts then have no places."""
    context = _context(sources, configured)
    copy = _copy_path(sources, configured)
    signatures = _signatures(sources, configured)
    kept = _read(copy)
    if kept and kept["context"] == context and _unchanged(kept["files"], signatures):
        return Resolved(tuple(_host(**host) for host in kept["hosts"]))
    # Digests are taken before Ansible reads: a file that changes meanwhile will not fit its own.
    files = _with_digests(signatures)
    from infogere.fleet.inventory import resolve  # starts Ansible

    resolved = resolve(sources)
    if not resolved.volatile:
        _write(copy, {"context": context, "files": files, "hosts": _plain(resolved)})
    return resolved


def _context(sources: tuple[str, ...], configured: settings.Settings) -> str:
    """Digest of what is no inventory file but changes the answer."""
    parts = [
        __version__,
        str(configured.config_file),
        *sources,
        *(f"{name}={os.environ[name]}" for name in sorted(os.environ) if name.startswith("ANSIBLE_")),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _signatures(sources: tuple[str, ...], configured: settings.Settings) -> dict[str, Signature]:
    found: dict[str, Signature] = {}
    for path in _inputs(sources, configured):
        with contextlib.suppress(OSError):
            status = path.stat()
            found[str(path)] = [status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_size]
    return found


def _inputs(sources: tuple[str, ...], configured: settings.Settings) -> Iterator[Path]:
    if configured.config_file:
        yield configured.config_file
    ansible = importlib.util.find_spec("ansible")
    if ansible and ansible.origin:
        yield Path(ansible.origin).with_name("release.py")
    for source in sources:
        if "," in source:
            continue
        path = Path(source)
        folder = path if path.is_dir() else path.parent
        if path.is_file():
            yield path
        for root in [folder] if path.is_dir() else [folder / name for name in VARIABLE_FOLDERS]:
            yield from _below(root, set())


def _below(folder: Path, seen: set[str]) -> Iterator[Path]:
    real = os.path.realpath(folder)
    if real in seen or not folder.is_dir():
        return
    seen.add(real)
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda item: item.name):
            if entry.is_dir():
                yield from _below(Path(entry.path), seen)
            elif entry.is_file():
                yield Path(entry.path)


def _unchanged(kept: Mapping[str, Mapping[str, Any]], now: Mapping[str, Signature]) -> bool:
    if kept.keys() != now.keys():
        return False
    return all(
        (now[path] == was["signature"] and not was["young"]) or _digest(path) == was["digest"]
        for path, was in kept.items()
    )


def _with_digests(signatures: Mapping[str, Signature]) -> dict[str, dict[str, Any]]:
    # A file server's clock may run ahead of ours: the newest time stamp is "now" at the least.
    now = max((time.time_ns(), *(signature[0] for signature in signatures.values())))
    return {
        path: {"signature": signature, "digest": _digest(path), "young": signature[0] > now - CLOCK_TICK_NS}
        for path, signature in signatures.items()
    }


def _digest(path: str) -> str:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return "unreadable"


def _plain(resolved: Resolved) -> list[dict[str, Any]]:
    return [{"name": host.name, "groups": host.groups, "variables": dict(host.variables)} for host in resolved.hosts]


def _host(name: str, groups: list[str], variables: dict[str, Any]) -> ResolvedHost:
    return ResolvedHost(name=name, groups=tuple(groups), variables=variables)


def _copy_path(sources: tuple[str, ...], configured: settings.Settings) -> Path:
    name = hashlib.sha256("\n".join(sources).encode()).hexdigest()[:16]
    return configured.state_dir / "cache" / "fleet" / f"{name}.json"


def _read(copy: Path) -> Any:
    try:
        return json.loads(copy.read_bytes())
    except (OSError, ValueError):
        return None


def _write(copy: Path, content: Mapping[str, Any]) -> None:
    """Best effort: a state folder that can't be written only costs time."""
    with contextlib.suppress(OSError):
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=copy.parent)  # mode 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(content, stream)
            Path(name).replace(copy)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

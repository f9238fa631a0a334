"""SSH to the lab's servers: one client key per state folder, each server's host key made and pinned here.

A server gets its host key before its first boot, so the controller knows it without having trusted the network
once. ``ssh_config`` holds all of it, for Ansible and for people alike.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterable
from pathlib import Path

CLIENT_KEY = "ssh/id_ed25519"


def client_key(folder: Path) -> Path:
    """Private key of the controller, made at the first call; ``<folder>/ssh/id_ed25519``."""
    return _key(folder / CLIENT_KEY, comment="infogere lab")


def host_key(folder: Path, server: str) -> Path:
    """Private host key of ``server``, made at the first call."""
    return _key(folder / "host_keys" / server, comment=server)


def public(key: Path) -> str:
    """The public half of a key as one line."""
    return key.with_name(f"{key.name}.pub").read_text(encoding="ascii").strip()


def bundle(client: Path, host: Path) -> bytes:
    """Tar archive to unpack at the root of a server before it boots: its host key, and who may log in."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        _add(archive, "root/.ssh", None, 0o700)
        _add(archive, "root/.ssh/authorized_keys", f"{public(client)}\n", 0o600)
        _add(archive, "etc/ssh/ssh_host_ed25519_key", host.read_text(encoding="ascii"), 0o600)
        _add(archive, "etc/ssh/ssh_host_ed25519_key.pub", f"{public(host)}\n", 0o644)
    return buffer.getvalue()


def write_client_files(folder: Path, servers: Iterable[tuple[str, str, str]]) -> None:
    """Write ``known_hosts`` and ``ssh_config`` for ``(name, host name, address)`` of every server."""
    pinned, stanzas = [], []
    for name, host_name, address in servers:
        key = " ".join(public(host_key(folder, name)).split()[:2])
        pinned.append(f"{address} {key}\n")
        stanzas.append(f"Host {name} {host_name} {address}\n    HostName {address}\n")
    common = (
        "Host *\n    User root\n    IdentitiesOnly yes\n    StrictHostKeyChecking yes\n"
        f'    IdentityFile "{client_key(folder)}"\n    UserKnownHostsFile "{folder / "known_hosts"}"\n'
        "    GlobalKnownHostsFile none\n    LogLevel ERROR\n"
    )
    _replace(folder / "known_hosts", "".join(pinned))
    _replace(folder / "ssh_config", "\n".join([*stanzas, common]))


def _key(path: Path, comment: str) -> Path:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(path)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path


def _add(archive: tarfile.TarFile, path: str, content: str | None, mode: int) -> None:
    entry = tarfile.TarInfo(path)
    entry.mode = mode
    if content is None:
        entry.type = tarfile.DIRTYPE
        archive.addfile(entry)
    else:
        data = content.encode("ascii")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))


def _replace(path: Path, content: str) -> None:
    aside = path.with_name(f".{path.name}.new")
    aside.write_text(content, encoding="ascii")
    aside.replace(path)

"""Start, find and remove test servers."""

from __future__ import annotations

import fcntl
import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infogere.errors import InfogereError
from infogere.lab import checkout, keys, network, podman

DOMAIN = "infogere.test"  # .test never resolves on the Internet (RFC 6761)
BOOT_LIMIT = 300  # seconds; half a second is usual
NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
INOTIFY_INSTANCES = 2048  # systemd takes about five per server; the kernel's default serves 25 servers


@dataclass(frozen=True)
class Server:
    """One test server.

    Attributes:
        name: its short name within this checkout, e.g. ``demo1``.
        host_name: what it calls itself, fully qualified, e.g. ``demo1.infogere.test``.
        address: its fixed IPv4 address, reachable from this machine.
        image: image that it was started from.
        running: False if it was stopped.
    """

    name: str
    host_name: str
    address: str
    image: str
    running: bool = True

    @property
    def container(self) -> str:
        """Name for podman."""
        return container_name(self.name)

    @property
    def ssh_key(self) -> Path:
        """Private key that may log in as root."""
        return keys.client_key(folder())

    def ssh(self, *options: str) -> list[str]:
        """Argument list that logs in; append the command."""
        return ["ssh", "-F", str(folder() / "ssh_config"), *options, self.address]

    def run(self, command: str, data: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a shell command on the server over SSH, as an administrator would."""
        return subprocess.run(
            [*self.ssh("-o", "ConnectTimeout=10"), "--", command],
            input=data,
            stdin=subprocess.DEVNULL if data is None else None,
            capture_output=True,
            text=True,
            check=False,
        )


def folder() -> Path:
    """Where the lab keeps its keys and ``ssh_config``."""
    return checkout.private_folder("lab")


def container_name(name: str) -> str:
    """Name for podman of the server ``name``; refuses what could not be part of a host name."""
    if not NAME.fullmatch(name):
        raise InfogereError(
            f"{name!r} cannot name a test server", way_out="use a short name such as web1: letters, digits, dash"
        )
    return f"infogere-{checkout.label()}-{name}"


def up(name: str, image: str, host_name: str = "") -> Server:
    """The server ``name``, started from ``image`` unless it is there; returns when systemd and SSH answer."""
    with one_at_a_time():
        if found := find(name):
            if not found.running:
                podman.run("start", found.container)
            server = found
        else:
            server = _create(name, image, host_name or f"{name}.{DOMAIN}")
    _wait(server)
    return server


def down(*names: str) -> list[str]:
    """Remove these servers, or all of this checkout; the names of those that were there."""
    with one_at_a_time():
        there = [server for server in listed() if not names or server.name in names]
        for server in there:
            _end_ssh(server)
        podman.remove_containers(server.container for server in there)
        _write_client_files()
    return [server.name for server in there]


def find(name: str) -> Server | None:
    """The server of this name, running or not."""
    return next((server for server in listed() if server.name == name), None)


def listed() -> list[Server]:
    """All servers of this checkout, by name."""
    filters = ("--filter", f"label=infogere.checkout={checkout.label()}")
    found = json.loads(podman.run("ps", "--all", *filters, "--format", "json") or "[]")
    servers = [
        Server(
            name=entry["Labels"]["infogere.name"],
            host_name=entry["Labels"]["infogere.host_name"],
            address=entry["Labels"]["infogere.address"],
            image=entry["Image"],
            running=entry["State"] == "running",
        )
        for entry in found
    ]
    return sorted(servers, key=lambda server: server.name)


def remove_everything() -> None:
    """Remove this checkout's servers, network and keys."""
    down()
    network.remove()
    shutil.rmtree(folder())


@contextmanager
def one_at_a_time(what: str = "lock") -> Iterator[None]:
    """Addresses and SSH's files belong to all servers of the checkout: several programs start some at once.

    Args:
        what: name of the lock; another for what takes long and need not keep servers from starting.
    """
    with (folder() / what).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _create(name: str, image: str, host_name: str) -> Server:
    subnet = network.ensure()
    address = network.free_address(subnet, {other.address for other in listed()}, _last_address())
    server = Server(name, host_name, address, image)
    labels = {"checkout": checkout.label(), "name": name, "host_name": host_name, "address": address}
    podman.run(
        "create",
        f"--name={server.container}",
        f"--hostname={host_name}",
        f"--network={network.name()}",
        f"--ip={address}",
        "--systemd=always",
        "--cap-add=NET_ADMIN",  # nftables
        "--pull=never",
        *(f"--label=infogere.{key}={value}" for key, value in labels.items()),
        image,
    )
    host_key = keys.host_key(folder(), name)
    podman.run("cp", "-", f"{server.container}:/", data=keys.bundle(server.ssh_key, host_key))
    _raise_inotify_limit()
    podman.run("start", server.container)
    (folder() / "last_address").write_text(address, encoding="ascii")
    _write_client_files()
    return server


def _wait(server: Server) -> None:
    """Return when systemd has booted and SSH greets; raise with what is missing after ``BOOT_LIMIT``."""
    deadline = time.monotonic() + BOOT_LIMIT
    missing = "systemd"
    while time.monotonic() < deadline:
        if missing == "systemd":
            said = podman.attempt("exec", server.container, "systemctl", "is-system-running", "--wait")
            if not said.stdout and not podman.runs(server.container):
                podman.attempt("start", server.container)  # it was on its way down when it was asked for
            elif said.stdout.decode().strip() in ("running", "degraded"):
                missing = "SSH"
        elif _ssh_greets(server.address):
            return
        time.sleep(0.05)
    raise InfogereError(
        f"{server.name}: {missing} is not up after {BOOT_LIMIT} s",
        way_out=f"look in: sudo podman logs {server.container}",
    )


def _ssh_greets(address: str) -> bool:
    try:
        with socket.create_connection((address, 22), timeout=2) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def _end_ssh(server: Server) -> None:
    """Let the server close the connections that Ansible keeps open, so that none waits for one that is gone."""
    if server.running:
        podman.attempt("exec", server.container, "pkill", "sshd")


def _raise_inotify_limit() -> None:
    limit = Path("/proc/sys/fs/inotify/max_user_instances")
    if limit.exists() and int(limit.read_text()) < INOTIFY_INSTANCES:
        # Not permitted everywhere; the first two dozen servers do without.
        command = podman.as_root("sysctl", "-q", "-w", f"fs.inotify.max_user_instances={INOTIFY_INSTANCES}")
        subprocess.run(command, capture_output=True, check=False)


def _last_address() -> str | None:
    path = folder() / "last_address"
    return path.read_text(encoding="ascii") if path.exists() else None


def _write_client_files() -> None:
    keys.write_client_files(folder(), ((s.name, s.host_name, s.address) for s in listed()))

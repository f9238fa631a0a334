"""Call podman as root, with the lab's own ``containers.conf``.

Test servers need a network with fixed addresses and NET_ADMIN, which podman gives to root alone; whoever is
not root goes through sudo.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable

from infogere.errors import InfogereError
from infogere.lab import checkout


def as_root(*command: str) -> list[str]:
    """``command`` as root would run it; sudo asks for its password on the terminal if it must."""
    return list(command) if os.geteuid() == 0 else ["sudo", "--", *command]


def command(*arguments: str) -> list[str]:
    """The argument list of one podman call."""
    if not shutil.which("podman", path=f"{os.environ.get('PATH', '')}:/usr/bin"):
        raise InfogereError("podman is not installed", way_out="bin/setup installs what the lab needs")
    conf = checkout.root() / "images" / "containers.conf"
    return as_root("env", f"CONTAINERS_CONF={conf}", "podman", *arguments)


def run(*arguments: str, data: bytes | None = None) -> str:
    """Output of one podman call; a failing call raises with podman's last line."""
    done = attempt(*arguments, data=data)
    if done.returncode:
        raise InfogereError(f"podman {arguments[0]}: {_last_line(done.stderr)}", way_out=_way_out(arguments))
    return done.stdout.decode(errors="replace").strip()


def attempt(*arguments: str, data: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """One podman call whose failure is an answer."""
    return subprocess.run(command(*arguments), input=data, capture_output=True, check=False)


def exists(kind: str, name: str) -> bool:
    """True if the ``image``, ``container`` or ``network`` of this name is there."""
    return attempt(kind, "exists", name).returncode == 0


def runs(container: str) -> bool:
    """Whether the container is up, or on its way up or down."""
    return attempt("inspect", "--format", "{{.State.Status}}", container).stdout.strip() not in {b"exited", b"stopped"}


def remove_containers(names: Iterable[str]) -> None:
    """End and remove containers at once; a name that is not there is no fault."""
    if names := list(names):
        run("rm", "--force", "--ignore", "--time", "0", *names)


def _last_line(text: bytes) -> str:
    lines = text.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it failed and said nothing"


def _way_out(arguments: tuple[str, ...]) -> str:
    return f"to see more: sudo podman --log-level=info {arguments[0]} ..., or infogere lab down and start again"

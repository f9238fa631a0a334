"""Images of servers with the whole stack on them, so that a test starts from one in two seconds.

One is made by converging a fresh server for real. It carries the certificates and passwords that the controller
made for it, so it belongs to the test state of this checkout, and its servers keep its host name.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from infogere.lab import checkout, images, inventory, plays, podman, servers

PLAYBOOK = "infogere.hosting.site"
INGREDIENTS = ("galaxy.yml", "meta", "plugins", "roles", "playbooks", "src/infogere/lab/inventory.py")


@dataclass(frozen=True)
class Made:
    """A provisioned image, and how its converge went if there was one.

    Attributes:
        image: its name.
        host_name: the name that its servers must keep.
        outcome: of the converge; None if the image was there already.
        seconds: how long the converge took.
    """

    image: str
    host_name: str
    outcome: plays.Outcome | None = None
    seconds: float = 0.0


def state_dir() -> Path:
    """State folder of all tests: record, CA and secrets, apart from the demo's."""
    return checkout.private_folder("test")


def host_name(version: str) -> str:
    """Name of every server that runs from the provisioned image of this Debian."""
    return f"debian{version}.{servers.DOMAIN}"


def image_name(version: str, *, outdated: bool = False) -> str:
    """Name of the image that the present roles, plugins and playbooks would make."""
    salt = images.bare_name(version) + _identity()
    kind = "outdated-debian" if outdated else "debian"
    return f"localhost/infogere-{checkout.label()}-{kind}{version}:{checkout.digest(*INGREDIENTS, salt=salt)}"


def ensure(
    version: str, log: Path, on_task: Callable[[str], None] = lambda _name: None, *, outdated: bool = False
) -> Made:
    """Converge a fresh server and keep it as an image, unless that was done; raises if the converge fails.

    ``outdated`` starts from ``images.outdated``.
    """
    name = image_name(version, outdated=outdated)
    if podman.exists("image", name):
        return Made(name, host_name(version))
    builder = f"outdated{version}" if outdated else f"build{version}"
    with servers.one_at_a_time(f"{builder}.lock"):
        if podman.exists("image", name):  # made by another program meanwhile
            return Made(name, host_name(version))
        return _made(name, builder, version, log, on_task, outdated=outdated)


def _made(name: str, builder: str, version: str, log: Path, on_task: Callable[[str], None], *, outdated: bool) -> Made:
    servers.down(builder)
    bare = images.outdated(version, log) if outdated else images.bare(version, log)
    server = servers.up(builder, bare, host_name(version))
    started = time.monotonic()
    outcome = plays.play(
        PLAYBOOK, inventory.write(builder, server), log, state_dir=state_dir(), on_task=on_task
    ).require(f"converging Debian {version}")
    seconds = time.monotonic() - started
    on_task("keep it as an image")
    images.commit(server, name)
    return Made(name, host_name(version), outcome, seconds)


def up(name: str, version: str = images.DEFAULT_VERSION, *, outdated: bool = False) -> servers.Server:
    """A server with the stack running; its inventory is ``inventory.path(name)``."""
    log = checkout.private_folder("logs") / f"provision-debian{version}.log"
    made = ensure(version, log, outdated=outdated)
    server = servers.up(name, made.image, made.host_name)
    inventory.write(name, server)
    return server


def _identity() -> str:
    """Marks this test state: an image made for another one holds other passwords and another CA's certificates."""
    path = state_dir() / "identity"
    if not path.exists():
        path.write_text(secrets.token_hex(8), encoding="ascii")
    return path.read_text(encoding="ascii")

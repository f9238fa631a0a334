"""Images of test servers: bare Debian from its packages, and servers committed after a converge.

Names carry a hash of what went in, so a changed recipe makes a new image and an unchanged one is reused.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from infogere.errors import InfogereError
from infogere.lab import checkout, podman, servers

RELEASES = {"12": "bookworm", "13": "trixie"}
DEFAULT_VERSION = "12"
OCI_CHANGES = ('CMD ["/sbin/init"]', "STOPSIGNAL SIGRTMIN+3", "LABEL infogere.lab=bare")
MMDEBSTRAP = (
    "--variant=minbase",
    # Every server gets a host key of its own before its first boot; see keys.py.
    '--customize-hook=rm -f "$1"/etc/ssh/ssh_host_*',
)


def bare_name(version: str) -> str:
    """Image of a fresh Debian of this major version, shared by all checkouts of this machine."""
    if version not in RELEASES:
        raise InfogereError(f"no test server runs Debian {version}", way_out=f"choose from {', '.join(RELEASES)}")
    recipe = json.dumps([OCI_CHANGES, MMDEBSTRAP])
    return f"localhost/infogere-debian{version}:{checkout.digest('images/packages', salt=recipe)}"


def bare(version: str, log: Path) -> str:
    """Build the bare image unless it is there; its name. About a minute; what the tools say goes to ``log``."""
    name = bare_name(version)
    if podman.exists("image", name):
        return name
    own = controller_sources(RELEASES[version])
    if not (own and _build(version, name, own, log)) and not _build(version, name, [], log):
        raise InfogereError(f"image of Debian {version}: {_last_line(log)}", way_out=f"the whole story is in {log}")
    _remove_older(name)
    return name


def outdated(version: str, log: Path) -> str:
    """As ``bare``, from Debian's main archive alone: once ``later_sources`` are added, real updates are pending."""
    name = bare_name(version).replace("infogere-debian", "infogere-outdated-debian")
    if not podman.exists("image", name):
        main = [line for line in _sources(version) if line.split()[2] == RELEASES[version]]
        if not _build(version, name, main, log):
            raise InfogereError(f"image of Debian {version}: {_last_line(log)}", way_out=f"the whole story is in {log}")
    return name


def add_later_sources(server: servers.Server, version: str) -> None:
    """Let a server that began from ``outdated`` see what has come since."""
    lines = "\n".join(later_sources(version)) + "\n"
    done = server.run("cat >/etc/apt/sources.list.d/later.list && apt-get update -q", lines)
    if done.returncode:
        raise InfogereError(f"{server.name}: {_last(done.stderr)}", way_out="are the archives reachable from here?")


def later_sources(version: str) -> list[str]:
    """``deb`` lines of what has come since the release: the archives of updates and of security."""
    return [line for line in _sources(version) if line.split()[2] != RELEASES[version]]


def _sources(version: str) -> list[str]:
    release, debian = RELEASES[version], "http://deb.debian.org"
    return controller_sources(release) or [
        f"deb {debian}/debian {release} main",
        f"deb {debian}/debian {release}-updates main",
        f"deb {debian}/debian-security {release}-security main",
    ]


def commit(server: servers.Server, name: str) -> str:
    """Keep ``server`` as image ``name`` and remove it; its older images go too, unless in use."""
    podman.run("stop", "--time", "30", server.container)
    podman.run("commit", "--quiet", server.container, name)
    servers.down(server.name)
    _remove_older(name)
    return name


def listed() -> list[str]:
    """Names of the lab's images: the bare ones, and this checkout's."""
    found = podman.run("images", "--format", "{{.Repository}}:{{.Tag}}").splitlines()
    ours = tuple(f"localhost/infogere-{kind}" for kind in ("debian", "outdated-debian", f"{checkout.label()}-"))
    return sorted(name for name in found if name.startswith(ours) and not name.endswith(":latest"))


def remove() -> list[str]:
    """Remove the lab's images; one that another checkout's server runs from stays."""
    return [name for name in listed() if podman.attempt("image", "rm", name).returncode == 0]


def controller_sources(release: str) -> list[str]:
    """This machine's own Debian archives as ``deb`` lines for ``release``; empty where there are none.

    A provider with a mirror of its own has configured it here already. Other vendors' archives are left out.
    """
    shape = "$(ORIGIN)|$(REPO_URI)|$(CODENAME)|$(COMPONENT)"
    asked = ["apt-get", "indextargets", "--format", shape, "Created-By: Packages"]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return []
    lines = []
    for line in said.splitlines():
        origin, uri, codename, component = line.split("|")
        base, dash, pocket = codename.partition("-")
        if origin == "Debian" and base in RELEASES.values() and pocket in ("", "updates", "security"):
            lines.append(f"deb {uri} {release}{dash}{pocket} {component}")
    return list(dict.fromkeys(lines))


def _build(version: str, name: str, sources: list[str], log: Path) -> bool:
    packages = [
        line.strip()
        for line in (checkout.root() / "images" / "packages").read_text(encoding="ascii").splitlines()
        if line.strip() and not line.startswith("#")
    ]
    make = ["mmdebstrap", *MMDEBSTRAP, f"--include={','.join(packages)}", RELEASES[version], "-", *sources]
    changes = [option for change in OCI_CHANGES for option in ("--change", change)]
    # Under a name of its own until it is whole: another checkout may be building the same right now.
    made = f"localhost/infogere-building:{version}-{os.getpid()}"
    with log.open("ab") as story:
        try:
            debian = subprocess.Popen(
                podman.as_root(*make), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=story
            )
        except FileNotFoundError as error:
            raise InfogereError(
                f"{error.filename} is not installed", way_out="bin/setup installs what the lab needs"
            ) from error
        importing = subprocess.run(
            podman.command("import", *changes, "-", made), stdin=debian.stdout, stdout=story, stderr=story, check=False
        )
        if debian.stdout:
            debian.stdout.close()
        whole = debian.wait() == 0 and importing.returncode == 0  # a tree cut short is a valid archive to podman
    if whole:
        podman.run("tag", made, name)
    podman.attempt("image", "rm", made)  # of a whole image it takes the name alone
    return whole


def _remove_older(name: str) -> None:
    repository = name.rpartition(":")[0]
    for other in listed():
        if other.rpartition(":")[0] == repository and other != name:
            podman.attempt("image", "rm", other)


def _last_line(log: Path) -> str:
    return _last(log.read_text(encoding="utf-8", errors="replace"))


def _last(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "nothing was said"

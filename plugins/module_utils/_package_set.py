"""Install a set of Debian packages in one transaction in which no service starts.

Two things make it faster and safer than plain ``apt-get install``: no maintainer script may start a service
(no port fights, and no stop that waits 90 s), and the scripts' many ``daemon-reload`` become nothing and are done
once at the end. Measured in docs/performance.md.
"""

from __future__ import annotations

import os
import re

from ansible_collections.infogere.hosting.plugins.module_utils._command import (
    attempt,
    attempt_while,
    last_words,
    require,
)
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._lock import change_lock
from ansible_collections.infogere.hosting.plugins.module_utils._service_policy import NO_STARTS, service_policy

ARGUMENT_SPEC = {
    "names": {"type": "list", "elements": "str", "required": True},
    "preseed": {"type": "list", "elements": "str", "default": [], "no_log": True},
    "space_mb": {"type": "int", "default": 0},
}
DPKG_STATUS = "/var/lib/dpkg/status"
# needrestart would look at every process after each transaction; services are restarted where it is decided.
APT_ENVIRONMENT = {
    "DEBIAN_FRONTEND": "noninteractive",
    "APT_LISTCHANGES_FRONTEND": "none",
    "NEEDRESTART_SUSPEND": "1",
}
APT_OPTIONS = [
    "-y",
    "-q",
    "--no-install-recommends",
    "-o",
    "Dpkg::Options::=--force-confdef",
    "-o",
    "Dpkg::Options::=--force-confold",
    "-o",
    "DPkg::Lock::Timeout=120",
]
TRANSACTION_PATIENCE = 1800  # seconds
UPDATE_PATIENCE = 300  # seconds
LOCK_PATIENCE = 120  # seconds; APT's own, DPkg::Lock::Timeout, is the same
LOCKED = re.compile(r"Could not get lock|frontend lock was locked by another process")
NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+")


def run(params, check_mode):
    """Install what is missing of ``names``.

    Returns:
        ``changed``, ``installed`` (names), ``diff``.

    Raises:
        ModuleError: a name is unknown, the disk is too full, or a package failed to install.
    """
    names = sorted(set(params["names"]))
    for name in names:
        if not NAME.fullmatch(name):
            raise ModuleError(f"{name!r} is not the name of a Debian package")
    missing = _missing(names)
    if missing and not check_mode:
        _require_space(params["space_mb"])
        with change_lock("package_set"):
            _install(missing, params["preseed"])
    return {
        "changed": bool(missing),
        "installed": missing,
        "diff": {
            "before_header": "packages",
            "after_header": "packages",
            "before": "",
            "after": "".join(f"{name}\n" for name in missing),
        },
    }


def _missing(names):
    """Those of ``names`` that are not completely installed."""
    with open(DPKG_STATUS, encoding="utf-8", errors="replace") as handle:
        text = handle.read()
    installed = set(re.findall(r"^Package: (\S+)\nStatus: \S+ ok installed$", text, re.MULTILINE))
    return [name for name in names if name not in installed]


def _require_space(space_mb):
    disk = os.statvfs("/var")
    free = disk.f_bavail * disk.f_frsize // 2**20
    if free < space_mb:
        raise ModuleError(
            f"/var has {free} MiB free and the packages need about {space_mb} MiB; "
            "nothing was installed; make room and start again"
        )


def _install(names, preseed):
    first = not os.path.exists("/var/lib/infogere/packages-installed")
    with service_policy(NO_STARTS):
        # A transaction that a killed run left half-way is finished first.
        code, text = _when_free(["dpkg", "--configure", "-a"], TRANSACTION_PATIENCE, APT_ENVIRONMENT)
        if code != 0:
            raise ModuleError(f"dpkg cannot finish an earlier transaction: {last_words(text) or f'exit code {code}'}")
        if preseed:
            require(["debconf-set-selections"], "debconf-set-selections", stdin="\n".join(preseed) + "\n")
        update_lists()
        # Without a running stack nobody needs the scripts' daemon-reload until the end.
        offline = {"SYSTEMD_OFFLINE": "1"} if first else {}
        install = ["apt-get", "install", *APT_OPTIONS, *names]
        code, text = _when_free(install, TRANSACTION_PATIENCE, {**APT_ENVIRONMENT, **offline})
    attempt(["systemctl", "daemon-reload"])
    if code != 0:
        raise ModuleError(f"apt-get install failed: {apt_error(text)}")
    with open("/var/lib/infogere/packages-installed", "w", encoding="ascii"):
        pass


def update_lists():
    code, text = _when_free(["apt-get", "update", "-q", "-o", "APT::Update::Error-Mode=any"], UPDATE_PATIENCE)
    if code != 0:
        raise ModuleError(f"apt-get update failed: {apt_error(text)}; nothing was installed")


def _when_free(argv, timeout, env=None):
    """``attempt``, again as long as another package manager has the locks: Debian's own timer after a boot, say.

    APT itself waits for dpkg's lock, but not for those of its lists and its downloads.
    """
    return attempt_while(
        lambda code, text: code != 0 and LOCKED.search(text), argv, LOCK_PATIENCE, timeout=timeout, env=env
    )


def apt_error(text):
    """apt's own error lines in one, with the way out."""
    errors = [line[2:].strip() for line in text.splitlines() if line.startswith("E:")]
    culprits = re.findall(r"^ (\S+)\n", text.rpartition("Errors were encountered while processing:")[2], re.MULTILINE)
    words = "; ".join(dict.fromkeys(errors)) or last_words(text, lines=1) or "it said nothing"
    named = f" (packages: {', '.join(culprits)})" if culprits and "Errors were encountered" in text else ""
    return f"{words}{named}; mend it (/var/log/apt/term.log has it all) and start again: what is installed stays"

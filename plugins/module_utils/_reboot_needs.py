"""What only a reboot puts to work: a new kernel, packages that asked for it, services that cannot be restarted."""

from __future__ import annotations

import os
import re

from ansible_collections.infogere.hosting.plugins.module_utils._command import attempt
from ansible_collections.infogere.hosting.plugins.module_utils._update_restart import (
    DEFERRED,
    deferred_restarts,
    outdated,
)

MARK = "/run/reboot-required"
CONTAINER = "/run/systemd/container"  # systemd writes it in a container, whose kernel is somebody else's
_BUILT_FROM = re.compile(r"\bDebian (\S+)")  # of uname -v: #1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)


def needs(mark=MARK):
    """``{packages, services, kernel, kernel_next}``.

    ``packages`` asked for the reboot, ``services`` run replaced code and cannot be restarted without one.
    ``kernel`` runs, ``kernel_next`` would run after a reboot and is empty where that is the same.
    """
    by_hand = deferred_restarts()
    kernel = kernel_waiting()
    return {
        "packages": sorted({*_marked(mark), *([f"linux-image-{kernel}"] if kernel else [])}),
        "services": sorted(unit for unit in outdated() if DEFERRED.match(unit) and unit not in by_hand),
        "kernel": os.uname().release,
        "kernel_next": kernel,
    }


def is_pending(mark=MARK):
    """Whether a package or a kernel waits for a reboot: what is known without looking at every process."""
    return os.path.exists(mark) or bool(kernel_waiting())


def kernel_waiting(boot="/boot", running=None, container=CONTAINER):
    """Name of the newest installed kernel of the running one's flavour, where that is not what runs; else empty."""
    running = running or os.uname()
    if os.path.exists(container) or not os.path.isdir(boot):
        return ""
    flavour = _flavour(running.release)
    images = [name[len("vmlinuz-") :] for name in os.listdir(boot) if name.startswith("vmlinuz-")]
    newest = max((name for name in images if _flavour(name) == flavour), key=_order, default="")
    if newest and newest != running.release:
        return newest if _order(newest) > _order(running.release) else ""
    return newest if newest and _was_replaced(newest, running.version) else ""


def _was_replaced(release, built):
    """The same kernel by name, built from another version of its package."""
    code, installed = attempt(["dpkg-query", "--show", "--showformat=${Version}", f"linux-image-{release}"])
    found = _BUILT_FROM.search(built)
    return bool(code == 0 and found and found.group(1) != installed.strip())


def _marked(mark):
    """Names of the packages that asked for a reboot; ``("unknown",)`` where the mark stands alone."""
    if not os.path.exists(mark):
        return ()
    try:
        with open(f"{mark}.pkgs", encoding="utf-8", errors="replace") as stream:
            names = {line.strip() for line in stream}
    except FileNotFoundError:
        names = set()
    return tuple(sorted(name for name in names if re.fullmatch(r"[a-z0-9][a-z0-9+.:-]+", name))) or ("unknown",)


def _flavour(release):
    found = re.search(r"-([a-z].*)$", release)
    return found.group(1) if found else ""


def _order(release):
    """Sorts 6.1.0-9 before 6.1.0-18."""
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in re.findall(r"\d+|\D+", release)]

"""Which kernel waits for a reboot, and which packages asked for one."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _reboot_needs as needs

BUILT = "#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)"


@pytest.mark.parametrize(
    ("running", "images", "waiting"),
    [
        ("6.1.0-18-amd64", ["6.1.0-18-amd64"], ""),
        ("6.1.0-9-amd64", ["6.1.0-9-amd64", "6.1.0-18-amd64"], "6.1.0-18-amd64"),
        ("6.1.0-18-amd64", ["6.1.0-9-amd64", "6.1.0-18-amd64"], ""),
        ("6.1.0-18-amd64", ["6.1.0-18-amd64", "6.1.0-20-cloud-amd64"], ""),
        ("6.12.1+deb13-amd64", ["6.12.1+deb13-amd64", "6.12.10+deb13-amd64"], "6.12.10+deb13-amd64"),
        ("6.18.0-custom", ["6.1.0-18-amd64"], ""),
        ("6.1.0-20-amd64", ["6.1.0-18-amd64"], ""),
        ("6.1.0-18-amd64", [], ""),
    ],
)
def test_the_newest_kernel_of_the_same_flavour(tmp_path, running, images, waiting):
    for name in images:
        (tmp_path / f"vmlinuz-{name}").touch()
    kernel = SimpleNamespace(release=running, version="#1 SMP")
    assert needs.kernel_waiting(tmp_path, kernel, tmp_path / "container") == waiting


@pytest.mark.parametrize(("installed", "waiting"), [("6.1.76-1", ""), ("6.1.76-2", "6.1.0-18-amd64")])
def test_a_kernel_that_was_replaced_under_the_same_name(tmp_path, monkeypatch, installed, waiting):
    (tmp_path / "vmlinuz-6.1.0-18-amd64").touch()
    monkeypatch.setattr(needs, "attempt", lambda _argv: (0, f"{installed}\n"))
    kernel = SimpleNamespace(release="6.1.0-18-amd64", version=BUILT)
    assert needs.kernel_waiting(tmp_path, kernel, tmp_path / "container") == waiting


def test_in_a_container_the_kernel_is_somebody_else_s(tmp_path):
    (tmp_path / "vmlinuz-6.1.0-18-amd64").touch()
    (tmp_path / "container").touch()
    kernel = SimpleNamespace(release="6.1.0-9-amd64", version=BUILT)
    assert needs.kernel_waiting(tmp_path, kernel, tmp_path / "container") == ""


@pytest.mark.parametrize(
    ("marked", "packages"),
    [
        (None, []),
        ("", ["unknown"]),
        ("linux-image-6.1.0-18-amd64\nlibc6\nlibc6\n$(x)\n", ["libc6", "linux-image-6.1.0-18-amd64"]),
    ],
)
def test_what_asked_for_a_reboot(tmp_path, monkeypatch, marked, packages):
    monkeypatch.setattr(needs, "outdated", lambda: ["dbus", "nginx", "systemd-logind"])
    monkeypatch.setattr(needs, "deferred_restarts", lambda: {"systemd-logind"})
    monkeypatch.setattr(needs, "kernel_waiting", lambda: "")
    mark = tmp_path / "reboot-required"
    if marked is not None:
        mark.touch()
        (tmp_path / "reboot-required.pkgs").write_text(marked)
    found = needs.needs(str(mark))
    assert (found["packages"], found["services"]) == (packages, ["dbus"])

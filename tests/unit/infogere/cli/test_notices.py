"""``infogere notices``: the units that send what waits."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not on this machine")


def test_timer_units(controller, tmp_path: Path) -> None:
    shown = controller("notices", "timer").out
    assert "OnCalendar=*:0/5\nPersistent=false\n" in shown
    assert " notices flush\n" in shown
    said = controller("notices", "timer", "--on", "*:0/2", "--install", str(tmp_path))
    assert "enable --now infogere-notices.timer" in said.out
    assert "OnCalendar=*:0/2\n" in (tmp_path / "infogere-notices.timer").read_text()
    assert (tmp_path / "infogere-notices.service").exists()


def test_what_cannot_be_installed(controller, tmp_path: Path) -> None:
    said = controller("notices", "timer", "--on", "soon")
    assert (said.code, "systemd knows no time 'soon'" in said.err) == (1, True)
    said = controller("notices", "timer", "--install", str(tmp_path / "none"))
    assert (said.code, "name a folder that you may write, or run it as root" in said.err) == (1, True)

"""What the server notes of its reboot: enough to complete it later, and nothing of one that did not happen."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _server_reboot as server_reboot
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError

WAITS = {"packages": ["linux-image-amd64"], "services": [], "kernel": "6.1", "kernel_next": "6.2"}
REBOOT = {"event": "reboot", "works": "W-1", "decision": 7}


@pytest.fixture
def programs(monkeypatch):
    """Programs that were run; the name of one that is to fail may be put into ``broken``."""
    ran, broken = [], []

    def require(argv, what):
        ran.append(argv)
        if argv[-1] in broken:
            raise ModuleError(what)

    for name, double in {
        "require": require,
        "needs": lambda: WAITS,
        "boot_id": lambda: "b.1",
        "_up_since": lambda: 0,
        "change_lock": lambda _: contextlib.nullcontext(),
        "write_file": lambda path, content, *_: Path(path).write_bytes(content),
    }.items():
        monkeypatch.setattr(server_reboot, name, double)
    return ran, broken


def test_it_notes_in_which_works_and_by_which_decision_it_goes_down(programs, tmp_path, monkeypatch):
    begun = tmp_path / "reboot.json"
    server_reboot.run(REBOOT, False, begun)
    noted = json.loads(begun.read_text())
    assert (noted["works"], noted["decision"], noted["boot"]) == ("W-1", 7, "b.1")
    assert server_reboot.run({"event": "look"}, False, begun)["begun"] is None, "it has not gone down yet"
    monkeypatch.setattr(server_reboot, "boot_id", lambda: "b.2")
    assert server_reboot.run({"event": "look"}, False, begun)["begun"] == noted


def test_a_reboot_that_systemd_refuses_leaves_nothing(programs, tmp_path):
    begun = tmp_path / "reboot.json"
    programs[1].append("reboot")
    with pytest.raises(ModuleError, match="systemd does not reboot"):
        server_reboot.run(REBOOT, False, begun)
    assert not begun.exists()


def test_a_cancelled_reboot_leaves_nothing(programs, tmp_path):
    ran, broken = programs
    begun = tmp_path / "reboot.json"
    begun.write_text("{}")
    broken.append("cancel")
    with pytest.raises(ModuleError, match="does not cancel"):
        server_reboot.run({"event": "cancel"}, False, begun)
    assert begun.exists(), "it may go down yet"
    broken.clear()
    server_reboot.run({"event": "cancel"}, True, begun)
    assert begun.exists()
    server_reboot.run({"event": "cancel"}, False, begun)
    assert (ran[-1], begun.exists()) == (["systemctl", "cancel"], False)

"""What is restarted after an update: what needrestart names, without what ends sessions or is left to people."""

from __future__ import annotations

import json

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _update_restart as restart
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError

NAMED = """NEEDRESTART-VER: 3.6
NEEDRESTART-KSTA: 0
NEEDRESTART-SVC: dbus.service
NEEDRESTART-SVC: nginx.service
NEEDRESTART-SVC: postgresql@15-main.service
NEEDRESTART-SVC: systemd-logind.service
NEEDRESTART-SVC: systemd-manager
NEEDRESTART-SVC: user@0.service
NEEDRESTART-SVC: slow.service
"""


@pytest.fixture
def server(monkeypatch):
    """Calls made, and the units that are failed after their restart."""
    calls, failed = [], set()

    def attempt(argv, **_more):
        calls.append(" ".join(argv))
        if argv[0] == "needrestart":
            return 0, NAMED
        if argv[1] == "is-failed":
            return (0 if argv[-1] in failed else 1), ""
        return (1 if argv[-1] in failed else 0), "Job failed."

    monkeypatch.setattr(restart, "attempt", attempt)
    monkeypatch.setattr(restart, "exists", lambda _program: True)
    return calls, failed


def test_what_is_restarted(server):
    assert restart.restart_outdated({"slow"}) == (["nginx", "postgresql@15-main"], "")
    assert "systemctl daemon-reexec" in server[0]


def test_a_service_that_fails_ends_it(server):
    server[1].add("nginx.service")
    assert restart.restart_outdated({"slow"}) == ([], "nginx does not restart: Job failed.")


def test_what_a_script_was_refused_is_restarted_unless_it_was_since(server, monkeypatch, tmp_path):
    notes = tmp_path / "notes"
    notes.write_text(
        "Id=nginx.service ActiveState=active InvocationID=one\n"
        "Id=mariadb.service ActiveState=active InvocationID=two\n"
        "Stopped=mariadb-server/mariadb\n"
        "Id=nginx.service ActiveState=active InvocationID=one\n"
        "Id=slow.service ActiveState=active InvocationID=three\n"
        "Id=clean.timer ActiveState=active InvocationID=four\n"
    )
    now = {"nginx.service": "one", "mariadb.service": "new", "slow.service": "three", "clean.timer": "four"}
    monkeypatch.setattr(restart, "_invocations", lambda _units: now)
    assert restart.restart_refused(str(notes), {"slow"}) == (["nginx", "clean.timer"], "")


def test_nothing_was_refused(server, tmp_path):
    assert restart.restart_refused(str(tmp_path / "no-notes"), set()) == ([], "")


def test_what_is_restarted_by_hand(tmp_path):
    settings = tmp_path / "patching.json"
    assert restart.deferred_restarts(str(settings)) == set()
    settings.write_text(json.dumps({"deferred_restarts": ["slow.service"]}))
    assert restart.deferred_restarts(str(settings)) == {"slow"}


@pytest.mark.parametrize("text", ['{"deferred_restarts": [],}', "{}", "[]", '{"deferred_restarts": [1]}', "\udcff"])
def test_a_file_that_nobody_understands_is_named(tmp_path, text):
    settings = tmp_path / "patching.json"
    settings.write_text(text, errors="surrogateescape")
    with pytest.raises(ModuleError, match=r"patching\.json does not name .*; apply the role patching again, or remove"):
        restart.deferred_restarts(str(settings))


def test_services_without_needrestart(monkeypatch, tmp_path):
    monkeypatch.setattr(restart, "exists", lambda _program: False)
    for number, (unit, line) in enumerate(
        [
            ("nginx.service", "7f0-7f1 r-xp 00000000 08:01 42 /usr/lib/libssl.so.3 (deleted)"),
            ("php.service", "7f0-7f1 rw-p 00000000 08:01 42 /usr/lib/libssl.so.3 (deleted)"),
            ("mail.service", "7f0-7f1 r-xp 00000000 08:01 42 /usr/lib/libssl.so.3"),
            ("user@0.service", "7f0-7f1 r-xp 00000000 08:01 42 /usr/lib/libssl.so.3 (deleted)"),
        ]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "cgroup").write_text(f"0::/system.slice/{unit}\n")
        (folder / "maps").write_text(f"{line}\n")
    assert restart._with_deleted_files(str(tmp_path)) == ["nginx"]

"""Which systemctl calls lead from what systemd says to what is wanted."""

from __future__ import annotations

import os
import socket

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _pending as pending
from ansible_collections.infogere.hosting.plugins.module_utils import _service_set as service_set
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError

RUNNING = {"LoadState": "loaded", "ActiveState": "active", "UnitFileState": "enabled", "NeedDaemonReload": "no"}
STOPPED = {**RUNNING, "ActiveState": "inactive"}
FRESH = {**STOPPED, "UnitFileState": "disabled"}
STATIC = {**RUNNING, "UnitFileState": "static"}
MASKED = {**STOPPED, "LoadState": "masked", "UnitFileState": "masked"}
UNKNOWN = {"LoadState": "not-found", "ActiveState": "inactive", "UnitFileState": "", "NeedDaemonReload": "no"}

STARTED = {"state": "started", "enabled": True, "masked": False, "ports": []}
NOT_ENABLED = {**STARTED, "enabled": False}
STOP = {**STARTED, "state": "stopped"}
SILENCE = {**STOP, "enabled": False}
MASK = {**STARTED, "masked": True}

U = "web.service"


@pytest.mark.parametrize(
    ("now", "wanted", "waiting", "verbs"),
    [
        (RUNNING, STARTED, {}, []),
        (STATIC, STARTED, {}, []),
        (FRESH, STARTED, {}, ["enable", "start"]),
        (STOPPED, STARTED, {}, ["start"]),
        ({**STOPPED, "ActiveState": "failed"}, STARTED, {}, ["start"]),
        ({**RUNNING, "ActiveState": "activating"}, STARTED, {}, []),
        (MASKED, STARTED, {}, ["unmask", "enable", "start"]),
        (UNKNOWN, STARTED, {}, ["enable", "start"]),  # systemctl then says that there is no such unit
        # What a changed configuration asks for.
        (RUNNING, STARTED, {U: "reload"}, ["reload"]),
        (RUNNING, STARTED, {U: "restart"}, ["restart"]),
        (STOPPED, STARTED, {U: "reload"}, ["start"]),  # starting reads the new configuration
        (STOPPED, STOP, {U: "restart"}, []),
        (RUNNING, STARTED, {"other.service": "restart"}, []),
        ({**RUNNING, "NeedDaemonReload": "yes"}, STARTED, {U: "restart"}, ["daemon-reload", "restart"]),
        # Without a start at boot.
        (RUNNING, NOT_ENABLED, {}, ["disable"]),
        (STATIC, NOT_ENABLED, {}, []),
        (FRESH, NOT_ENABLED, {}, ["start"]),
        # Not running.
        (RUNNING, STOP, {}, ["stop"]),
        (RUNNING, SILENCE, {}, ["disable", "stop"]),
        (STOPPED, SILENCE, {}, ["disable"]),
        (FRESH, SILENCE, {}, []),
        (UNKNOWN, SILENCE, {}, []),
        # Not startable.
        (RUNNING, MASK, {}, ["mask", "stop"]),
        (MASKED, MASK, {}, []),
        (UNKNOWN, MASK, {}, []),
    ],
)
def test_steps(now, wanted, waiting, verbs):
    steps = service_set.steps_between({U: now}, {U: wanted}, waiting)
    assert [verb for verb, _names in steps] == verbs
    assert all(names in ([U], [""]) for _verb, names in steps)


def test_one_call_for_all_units_of_a_verb():
    now = dict.fromkeys(("a.service", "b.service"), FRESH)
    units = dict.fromkeys(now, STARTED)
    assert service_set.steps_between(now, units, {}) == [
        ("enable", ["a.service", "b.service"]),
        ("start", ["a.service", "b.service"]),
    ]


def test_systemd_reads_its_files_once_for_all_units():
    now = {name: {**RUNNING, "NeedDaemonReload": "yes"} for name in ("a.service", "b.service")}
    assert service_set.steps_between(now, dict.fromkeys(now, STARTED), {}) == [("daemon-reload", [""])]


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("nginx", "nginx.service"),
        ("php8.2-fpm", "php8.2-fpm.service"),
        ("apt-daily.timer", "apt-daily.timer"),
        ("postfix@-", "postfix@-.service"),
        ("dbus.socket", "dbus.socket"),
    ],
)
def test_full_names(name, full):
    assert pending.full_name(name) == full


@pytest.fixture
def systemctl(tmp_path, monkeypatch):
    """A systemctl of our own on the path: answers ``show`` from a file, notes every call, fails on demand."""
    program = tmp_path / "bin" / "systemctl"
    program.parent.mkdir()
    program.write_text(f"""#!/bin/sh
case "$1" in show) cat {tmp_path}/shown; exit 0 ;; is-active) echo failed; exit 3 ;; esac
echo "$@" >> {tmp_path}/calls
! grep -qsx "$1" {tmp_path}/fails
""")
    program.chmod(0o755)
    journal = program.with_name("journalctl")
    journal.write_text("#!/bin/sh\necho 'web: unknown directive in line 7'\n")
    journal.chmod(0o755)
    path = f"{program.parent}:{os.environ['PATH']}"
    monkeypatch.setitem(service_set.attempt.__globals__["ENVIRONMENT"], "PATH", path)
    monkeypatch.setenv("PATH", path)

    class Fake:
        state = str(tmp_path / "state")

        def shows(self, *states):
            blocks = ["\n".join(f"{key}={value}" for key, value in state.items()) for state in states]
            (tmp_path / "shown").write_text("\n\n".join(blocks) + "\n")

        def fails(self, verb):
            (tmp_path / "fails").write_text(f"{verb}\n")

        def calls(self):
            log = tmp_path / "calls"
            return log.read_text().splitlines() if log.exists() else []

        def pend(self, unit, action):
            mark = tmp_path / "state" / "pending" / unit
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.write_text(f"{action}\n")

        def run(self, *units, check_mode=False):
            wanted = [{**STARTED, **unit} for unit in units]
            return service_set.run({"units": wanted}, check_mode, self.state)

    return Fake()


def test_what_differs_is_done_and_told(systemctl):
    systemctl.shows(FRESH, RUNNING)
    systemctl.pend("mail.service", "reload")
    result = systemctl.run({"name": "web"}, {"name": "mail"})
    assert systemctl.calls() == ["enable web.service", "reload mail.service", "start web.service"]
    assert result["actions"] == systemctl.calls()
    assert result["changed"]
    assert pending.read(systemctl.state) == {}


def test_nothing_to_do_calls_nothing(systemctl):
    systemctl.shows(RUNNING)
    assert systemctl.run({"name": "web"}) == {"changed": False, "actions": [], "diff": {"before": "", "after": ""}}
    assert systemctl.calls() == []


def test_check_mode_calls_nothing(systemctl):
    systemctl.shows(FRESH)
    result = systemctl.run({"name": "web", "ports": [1]}, check_mode=True)
    assert result["actions"] == ["enable web.service", "start web.service"]
    assert systemctl.calls() == []


def test_a_unit_that_does_not_start_is_named_with_its_last_words(systemctl):
    systemctl.shows(STOPPED)
    systemctl.fails("start")
    with pytest.raises(ModuleError) as error:
        systemctl.run({"name": "web"})
    assert str(error.value) == (
        "web.service does not start: web: unknown directive in line 7; look at: journalctl -u web.service"
    )


def test_the_mark_of_a_unit_that_was_not_told_stays(systemctl):
    systemctl.shows(RUNNING)
    systemctl.pend(U, "restart")
    systemctl.fails("restart")
    with pytest.raises(ModuleError):
        systemctl.run({"name": "web"})
    assert pending.read(systemctl.state) == {U: "restart"}


def test_open_ports_are_found(systemctl):
    with socket.create_server(("127.0.0.1", 0)) as server:
        systemctl.shows(RUNNING)
        assert not systemctl.run({"name": "web", "ports": [server.getsockname()[1]]})["changed"]


def test_a_closed_port_is_named(systemctl, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    monkeypatch.setattr(service_set, "PORT_PATIENCE", 0)
    systemctl.shows(RUNNING)
    with pytest.raises(ModuleError, match=f"web.service runs but does not listen on port {port}"):
        systemctl.run({"name": "web", "ports": [port]})

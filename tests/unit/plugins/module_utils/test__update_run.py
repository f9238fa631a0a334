"""What a run does when something fails that nobody foresaw: it goes back, and always says how it ended."""

from __future__ import annotations

import json
import tarfile
from unittest.mock import Mock

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _update_run as runs
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError

OLD, NEW = {"libssl3": "3.0.1"}, {"libssl3": "3.0.2"}
CHANGES = [{"package": "libssl3", "installed": "3.0.1", "candidate": "3.0.2"}]


class Server:
    """One package; APT installs the new version, the way back the old one, and ``fails`` decides what breaks."""

    def __init__(self, folder):
        self.folder = folder
        self.installed = OLD
        self.fails = {}
        self.deferred = []

    def step(self, name, result=None):
        """A step that does nothing but fail when it was asked to."""

        def act(*arguments, **_more):
            if name == "restart_outdated":
                self.deferred.append(arguments[0])
            if name in self.fails:
                raise self.fails[name]
            return result

        return act

    def versions(self):
        self.step("installed_versions")()
        return self.installed

    def attempt(self, argv, **_more):
        if argv[:2] == ["apt-get", "install"] and "--download-only" not in argv:
            self.installed = NEW
        return 0, ""

    def put_back(self, *_arguments):
        self.step("put_back")()
        self.installed = OLD
        return 0, ""

    def run(self):
        return runs.UpdateRun(str(self.folder), CHANGES, [], 1).carry_out()


@pytest.fixture
def server(monkeypatch, tmp_path):
    made = Server(tmp_path)
    (tmp_path / "begun").write_text(json.dumps([CHANGES]))  # everything before it needs a server
    (tmp_path / "versions.json").write_text(json.dumps(OLD))
    monkeypatch.setattr(runs, "attempt", made.attempt)
    monkeypatch.setattr(runs, "installed_versions", made.versions)
    monkeypatch.setattr(runs, "service_policy", lambda _text: runs.contextlib.nullcontext())
    monkeypatch.setattr(runs, "require_one_policy", made.step("require_one_policy"))
    monkeypatch.setattr(runs, "settle", lambda *_arguments: {})
    monkeypatch.setattr(runs, "failing", lambda _checks: {})
    monkeypatch.setattr(runs, "deferred_restarts", made.step("deferred_restarts", {"slow"}))
    monkeypatch.setattr(runs, "restart_refused", made.step("restart_refused", ([], "")))
    monkeypatch.setattr(runs, "restart_outdated", made.step("restart_outdated", (["nginx"], "")))
    monkeypatch.setattr(runs, "is_pending", made.step("is_pending", True))
    monkeypatch.setattr(runs.Previous, "restore_marks", made.step("restore_marks"))
    monkeypatch.setattr(runs.Previous, "put_back", made.put_back)
    return made


def test_an_update_that_goes_well(server):
    assert server.run() == {
        "outcome": "ok",
        "message": "",
        "changes": [{"package": "libssl3", "before": "3.0.1", "after": "3.0.2"}],
        "interruptions": [],
        "restarted": ["nginx"],
        "reboot": True,  # also where only a newer kernel says so
    }
    assert server.deferred == [{"slow"}]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("Expecting value"), "ValueError: Expecting value"),
        (KeyError("unit"), "KeyError: 'unit'"),
        (ModuleError("apt-mark: no such program"), "apt-mark: no such program"),
        (OSError(28, "No space left on device", "/etc/x"), "/etc/x: No space left on device"),
    ],
)
def test_whatever_is_raised_there_is_a_way_back(server, error, words):
    server.fails["restore_marks"] = error
    done = server.run()
    assert (done["outcome"], done["message"]) == ("rolled-back", words)
    assert server.installed == OLD


@pytest.mark.parametrize(
    ("step", "error", "words"),
    [
        ("put_back", KeyError("libssl3"), "KeyError: 'libssl3'"),
        ("put_back", tarfile.ReadError("not a gzip file"), "ReadError: not a gzip file"),
        ("installed_versions", ModuleError("dpkg-query: database is locked"), "dpkg-query: database is locked"),
    ],
)
def test_a_way_back_that_fails_is_a_result_too(server, step, error, words):
    server.fails = {"restore_marks": ValueError("x"), step: error}
    done = server.run()
    assert done["outcome"] == "failed"
    assert done["message"] == f"ValueError: x; the way back failed too: {words}"


def test_a_server_that_cannot_be_asked_afterwards_claims_nothing(server):
    server.fails["installed_versions"] = ModuleError("dpkg-query: database is locked")
    done = server.run()
    assert (done["outcome"], done["message"], done["changes"]) == ("failed", "dpkg-query: database is locked", [])


def test_also_after_a_way_back_that_seemed_to_go_well(server, monkeypatch):
    server.fails["restore_marks"] = ValueError("x")
    error = ModuleError("dpkg-query: database is locked")
    monkeypatch.setattr(runs, "installed_versions", Mock(side_effect=[OLD, error]))
    done = server.run()
    assert (done["outcome"], done["message"]) == ("failed", "ValueError: x; dpkg-query: database is locked")


@pytest.mark.parametrize("step", ["deferred_restarts", "require_one_policy"])
def test_what_somebody_has_to_mend_first_stops_it_before_anything_changes(server, step):
    server.fails[step] = ModuleError("mend that")
    with pytest.raises(ModuleError, match="mend that"):
        server.run()
    assert server.installed == OLD

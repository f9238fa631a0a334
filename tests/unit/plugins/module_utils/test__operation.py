"""An operation is done once: the journal answers a repeat, and refuses another request under the same id."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _lock, _operation
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError

SECRET = "correct horse battery"


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A server's state folder, owned by whoever runs the tests."""

    def write(path, data, mode, uid, gid):
        Path(path).write_bytes(data)
        Path(path).chmod(mode)

    state = tmp_path / "state"
    monkeypatch.setattr(_operation, "STATE_FOLDER", str(state))
    monkeypatch.setattr(_operation, "write_file", write)
    monkeypatch.setattr(_operation, "change_lock", lambda purpose: _lock.change_lock(purpose, str(state)))
    return state


class Effect:
    """Counts how often it happens; changes something the first time only."""

    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return {
            "changed": self.times == 1,
            "archive": f"/archive/{self.times}" if self.times == 1 else None,
            "diff": "d",
        }


def request(operation_id="", **fields):
    params = {"name": "shop", "state": "present", "site": None, "password": SECRET, **fields}
    return _operation.operation_of("database", {**params, "operation_id": operation_id}, ["site"])


def test_named_operation_happens_once_and_is_answered_from_the_journal(server):
    effect = Effect()
    first = _operation.perform(request("ticket-1"), False, effect)
    again = _operation.perform(request("ticket-1"), False, effect)
    assert effect.times == 1
    assert (first["changed"], first["replayed"]) == (True, False)
    assert (again["changed"], again["replayed"], again["archive"]) == (False, True, "/archive/1")


def test_unnamed_operation_looks_again_but_keeps_the_first_result(server):
    effect = Effect()
    _operation.perform(request(), False, effect)
    again = _operation.perform(request(), False, effect)
    assert effect.times == 2
    assert (again["changed"], again["replayed"], again["archive"]) == (False, True, "/archive/1")


@pytest.mark.parametrize("other", [{"name": "other"}, {"state": "absent"}, {"site": "shop.example.com"}])
def test_same_id_for_another_request_is_refused_in_one_line(server, other):
    effect = Effect()
    _operation.perform(request("ticket-1"), False, effect)
    with pytest.raises(ModuleError, match="with another request") as refusal:
        _operation.perform(request("ticket-1", **other), False, effect)
    assert "\n" not in str(refusal.value)
    assert effect.times == 1


def test_another_password_is_the_same_request(server):
    assert request(password="a").digest == request(password="b").digest


def test_killed_between_effect_and_journal_converges(server):
    effect = Effect()

    def killed():
        effect()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _operation.perform(request("ticket-1"), False, killed)
    result = _operation.perform(request("ticket-1"), False, effect)
    assert not result["changed"]
    assert _operation.perform(request("ticket-1"), False, effect)["replayed"]
    assert effect.times == 2


def test_failure_is_not_journaled(server):
    def refuse():
        raise ModuleError("no")

    with pytest.raises(ModuleError):
        _operation.perform(request("ticket-1"), False, refuse)
    assert _operation.perform(request("ticket-1"), False, Effect())["changed"]


def test_full_disk_is_told_in_one_line(server):
    def full():
        raise OSError(28, "No space left on device", "/srv/www/x")

    with pytest.raises(ModuleError, match="database shop: /srv/www/x: No space left on device"):
        _operation.perform(request(), False, full)


def test_check_mode_writes_nothing(server):
    result = _operation.perform(request("ticket-1"), True, Effect())
    assert result["changed"]
    assert not server.exists()


def test_journal_is_private_and_holds_no_secret(server):
    _operation.perform(request("ticket-1"), False, Effect())
    folder = server / "operations"
    entry = folder / "ticket-1.json"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(entry.stat().st_mode) == 0o600
    assert SECRET not in entry.read_text()
    assert set(json.loads(entry.read_text())["result"]) == {"changed", "archive"}


def test_old_entries_are_dropped_and_recent_ones_kept(server):
    for name in ("old", "recent"):
        _operation.perform(request(name), False, Effect())
    long_ago = (server / "operations" / "old.json").stat().st_mtime - _operation.RETENTION - 1
    os.utime(server / "operations" / "old.json", (long_ago, long_ago))
    _operation.perform(request("new"), False, Effect())
    assert sorted(path.name for path in (server / "operations").iterdir()) == ["new.json", "recent.json"]


@pytest.mark.parametrize("identity", ["../x", "request-1", ".hidden"])
def test_ids_that_would_leave_the_journal_or_pass_for_ours_are_refused(identity):
    with pytest.raises(ModuleError):
        request(identity)

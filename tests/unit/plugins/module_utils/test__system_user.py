"""Ending what a user runs: until nothing of it is left, as the kernel says it."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _command as command
from ansible_collections.infogere.hosting.plugins.module_utils import _system_user as users
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError


@pytest.fixture
def server(monkeypatch):
    """``server(times)``: a user something of whom is found so often; returns the programs that were started."""
    clock, started = itertools.count(), []
    monkeypatch.setattr(command, "time", SimpleNamespace(monotonic=lambda: next(clock), sleep=lambda _seconds: None))

    def install(times):
        left = iter([0] * times)

        def attempt(argv, **_options):
            started.append(argv[0])
            return next(left, 1), ""

        monkeypatch.setattr(command, "attempt", attempt)
        monkeypatch.setattr(users, "require", lambda argv, _what: started.append(argv[0]))
        monkeypatch.setattr(users, "_group_exists", lambda _name: False)
        return started

    return install


def test_a_user_is_removed_when_the_last_of_its_processes_is_gone(server):
    started = server(3)
    users.remove_user("site-a")
    assert started == ["pkill", "pkill", "pkill", "pkill", "userdel"]


def test_what_does_not_end_is_said(server):
    started = server(10 * users.END_PATIENCE)
    with pytest.raises(ModuleError, match="processes of the user site-a do not end; look at: pgrep -a -U site-a"):
        users.remove_user("site-a")
    assert "userdel" not in started

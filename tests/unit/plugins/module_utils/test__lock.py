"""One change at a time, and no lock outlives its holder."""

from __future__ import annotations

import os
import signal

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._lock import change_lock


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock; ends when killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with change_lock("package_set", str(tmp_path)):
            os.write(writing, b"!")
            signal.pause()
    assert os.read(reading, 1) == b"!"
    yield child
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_who_waits_too_long_is_told_for_whom(tmp_path, holder):
    words = rf"being changed by package_set \(pid {holder}\) for more than 0 s; wait for that run"
    with pytest.raises(ModuleError, match=words), change_lock("config_tree", str(tmp_path), patience=0):
        pass


def test_a_killed_holder_blocks_nobody(tmp_path):
    child = os.fork()
    if child == 0:
        with change_lock("package_set", str(tmp_path)):
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    with change_lock("config_tree", str(tmp_path), patience=0):
        assert (tmp_path / "lock").read_text() == f"config_tree (pid {os.getpid()})\n"


def test_it_can_be_taken_again_after_a_failure(tmp_path):
    with pytest.raises(ModuleError), change_lock("config_tree", str(tmp_path)):
        raise ModuleError("refused")
    with change_lock("config_tree", str(tmp_path), patience=0):
        pass


def test_the_state_is_readable_by_root_alone(tmp_path):
    with change_lock("config_tree", str(tmp_path / "state")):
        assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
        assert (tmp_path / "state/lock").stat().st_mode & 0o777 == 0o600

"""The signing key belongs to another user, as the runbook sets it up: one signs with it and cannot read it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

INFOGERE = Path(sys.executable).with_name("infogere")
PROXY = Path("/usr/lib/systemd/systemd-socket-proxyd")
# Two users that every Debian has, who share no group.
SIGNER, CONTROLLER = "games", "daemon"


def _missing() -> str | None:
    """Why this cannot be tried here."""
    if os.geteuid() != 0:
        return "needs root, to start programs as two other users"
    if not (shutil.which("ssh-agent") and shutil.which("systemd-socket-activate") and PROXY.exists()):
        return "needs ssh-agent and systemd's socket proxy"
    seen = subprocess.run([INFOGERE, "--version"], user=CONTROLLER, group=CONTROLLER, capture_output=True, check=False)
    return "the checkout is closed to other users" if seen.returncode else None


@dataclass
class TwoUsers:
    """The signer's key and agent, and the controller's state folder."""

    key: Path
    agent: Path
    proxy: Path
    state_dir: Path

    def controller(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command as the user of the controller."""
        environment = {"PATH": os.environ["PATH"], "INFOGERE_STATE_DIR": str(self.state_dir), "HOME": "/nonexistent"}
        return _as(CONTROLLER, [*command], cwd=self.state_dir, env=environment)


def _as(user: str, command: list[str | Path], **more: object) -> subprocess.CompletedProcess[str]:
    options = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
    return subprocess.run(command, **options, capture_output=True, text=True, check=False, **more)  # type: ignore[call-overload,no-any-return]


def _owned(path: Path, user: str, mode: int = 0o700) -> Path:
    path.mkdir(mode=mode)
    shutil.chown(path, user)
    return path


@pytest.fixture
def two_users(make: SimpleNamespace) -> Iterator[TwoUsers]:
    if reason := _missing():
        pytest.skip(reason)
    # Not below pytest's own folder, which is closed to other users; short, as sockets want it.
    with tempfile.TemporaryDirectory(prefix="two-users-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        home, run = _owned(folder / "signer", SIGNER), _owned(folder / "run", SIGNER, 0o711)
        users = TwoUsers(home / "key", home / "agent", run / "proxy", _owned(folder / "state", CONTROLLER))
        make.book(users.state_dir).append(make.begin(), make.end(), now=datetime.now(UTC))
        for path in users.state_dir.iterdir():
            shutil.chown(path, CONTROLLER)
        made = _as(SIGNER, ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "record", "-f", users.key])
        assert made.returncode == 0, made.stderr
        with (
            _running(["ssh-agent", "-D", "-a", users.agent]),
            _running(["systemd-socket-activate", "-l", users.proxy, PROXY, users.agent]),
        ):
            _until(users.agent.exists)
            added = _as(SIGNER, ["ssh-add", "-q", users.key], env={"SSH_AUTH_SOCK": str(users.agent)})
            assert added.returncode == 0, added.stderr
            _until(users.proxy.exists)
            # SocketGroup and SocketMode of the unit.
            os.chown(users.proxy, 0, pwd.getpwnam(CONTROLLER).pw_gid)
            users.proxy.chmod(0o660)
            yield users


class _running:
    """A program of the signer, ended with the block."""

    def __init__(self, command: list[str | Path]) -> None:
        gid = pwd.getpwnam(SIGNER).pw_gid
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(command, user=SIGNER, group=gid, extra_groups=[], stdout=quiet, stderr=quiet)

    def __enter__(self) -> None: ...

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        self._process.wait()


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end, "it did not start"


@pytest.mark.programs
def test_the_controller_signs_with_a_key_that_it_cannot_read(two_users: TwoUsers) -> None:
    infogere = two_users.controller
    first = infogere(INFOGERE, "record", "checkpoint")
    assert first.returncode == 0, first.stderr
    rotated = infogere(INFOGERE, "record", "rotate-key", "--to", f"agent:{two_users.proxy}")
    assert rotated.returncode == 0, rotated.stderr
    assert not list(two_users.state_dir.glob("*.key")), "the old key is gone"
    signed = infogere(INFOGERE, "record", "checkpoint")
    assert signed.returncode == 0, signed.stderr
    verified = infogere(INFOGERE, "record", "verify", "--strict")
    assert (verified.returncode, "the chain is whole" in verified.stdout) == (0, True), verified.stderr
    # Signing is all that is possible: neither the key nor the agent itself is within reach.
    assert "Permission denied" in infogere("cat", two_users.key).stderr
    beside = infogere(INFOGERE, "record", "rotate-key", "--to", f"agent:{two_users.agent}")
    assert (beside.returncode, "Permission denied" in beside.stderr) == (1, True)


@pytest.mark.programs
def test_a_user_outside_the_group_gets_no_signature(two_users: TwoUsers) -> None:
    two_users.proxy.chmod(0o600)
    refused = two_users.controller(INFOGERE, "record", "rotate-key", "--to", f"agent:{two_users.proxy}")
    assert refused.returncode == 1
    assert "Permission denied" in refused.stderr
    assert "must be allowed to connect" in refused.stderr

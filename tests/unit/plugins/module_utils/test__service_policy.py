"""The policies, asked as ``invoke-rc.d`` and ``deb-systemd-invoke`` ask them, beside a systemd that is a script."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _service_policy as policies
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError

# Knows the service "runs", which is also called "alias", and says nothing else runs.
SYSTEMCTL = """#!/bin/sh
for unit; do :; done
case "$1 ${unit%.service}" in
  "is-active runs") exit 0 ;;
  "is-active "*) exit 3 ;;
  "show runs"|"show alias") printf 'Id=runs.service\\nActiveState=active\\nInvocationID=one\\n' ;;
  "show "*) printf 'Id=%s.service\\nActiveState=inactive\\nInvocationID=\\n' "${unit%.service}" ;;
esac
"""


@pytest.fixture
def policy(tmp_path, monkeypatch):
    monkeypatch.setattr(policies, "POLICY", str(tmp_path / "policy-rc.d"))
    monkeypatch.setattr(policies, "POLICY_ASIDE", str(tmp_path / "policy-rc.d.aside"))
    systemctl = tmp_path / "systemctl"
    systemctl.write_text(SYSTEMCTL)
    systemctl.chmod(0o755)
    return tmp_path / "policy-rc.d"


def ask(policy, *arguments, package="some-package", script="postinst"):
    environment = {
        "PATH": f"{policy.parent}:{os.environ['PATH']}",
        "DPKG_MAINTSCRIPT_PACKAGE": package,
        "DPKG_MAINTSCRIPT_NAME": script,
    }
    return subprocess.run([str(policy), *arguments], check=False, env=environment).returncode


class TestPlace:
    """A policy is there for the time of a transaction, and one of the server's own comes back after it."""

    def test_it_is_there_for_the_time_of_the_transaction(self, policy):
        with policies.service_policy(policies.NO_STARTS):
            assert os.access(policy, os.X_OK)
        assert not policy.exists()

    def test_a_policy_of_the_server_s_own_is_put_back(self, policy):
        policy.write_text("theirs")
        with policies.service_policy(policies.NO_STARTS):
            assert policy.read_text() == policies.NO_STARTS
        assert policy.read_text() == "theirs"

    def test_also_after_a_failure(self, policy):
        policy.write_text("theirs")
        with pytest.raises(ModuleError), policies.service_policy(policies.NO_STARTS):
            raise ModuleError("apt-get install failed")
        assert policy.read_text() == "theirs"

    def test_also_after_a_run_that_was_killed(self, policy):
        policy.write_text(policies.no_disturbance("/run/notes", []))
        policy.with_name("policy-rc.d.aside").write_text("theirs")
        with policies.service_policy(policies.NO_STARTS):
            assert policy.read_text() == policies.NO_STARTS
        assert policy.read_text() == "theirs"

    def test_a_full_disk_leaves_it_where_it_was(self, policy, monkeypatch):
        policy.write_text("theirs")

        def full(*_arguments):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"), policies.service_policy(policies.NO_STARTS):
            pytest.fail("nothing may start without the policy")
        assert policy.read_text() == "theirs"
        assert [path.name for path in policy.parent.glob("*policy-rc.d*")] == [policy.name]

    def test_a_move_that_fails_leaves_it_where_it_was(self, policy, monkeypatch):
        policy.write_text("theirs")

        def read_only(*_arguments):
            raise OSError(errno.EROFS, "Read-only file system")

        monkeypatch.setattr(os, "replace", read_only)
        with pytest.raises(OSError, match="Read-only"), policies.service_policy(policies.NO_STARTS):
            pytest.fail("nothing may start without the policy")
        assert policy.read_text() == "theirs"

    def test_of_two_policies_of_the_server_s_own_none_is_lost(self, policy):
        aside = policy.with_name("policy-rc.d.aside")
        policy.write_text("new")
        aside.write_text("old")
        with pytest.raises(ModuleError, match="are both this server's own"), policies.service_policy("ours"):
            pytest.fail("it cannot know which one to put back")
        assert (policy.read_text(), aside.read_text()) == ("new", "old")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["web", "start"], 101), (["web", "restart"], 101), (["runs", "restart"], 0), (["runs", "start"], 101)],
)
def test_at_a_first_installation_only_what_runs_may_restart(policy, arguments, code):
    with policies.service_policy(policies.NO_STARTS):
        assert ask(policy, *arguments) == code


class TestNoDisturbance:
    """During an update, what runs goes on running."""

    @pytest.fixture
    def notes(self, policy):
        """The policy in place, its lock held by us as a run holds it; where it notes its refusals."""
        path, lock = policy.with_name("notes"), policy.with_name("lock")
        with lock.open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            text = policies.no_disturbance(str(path), ["gone-package", "gone-library:i386"], str(lock))
            with policies.service_policy(text):
                yield path

    @pytest.mark.parametrize("action", ["restart", "reload", "start", "force-reload"])
    @pytest.mark.parametrize("name", ["runs", "runs.service", "alias"])
    def test_what_runs_is_left_alone_and_the_wish_is_noted(self, policy, notes, name, action):
        assert ask(policy, name, action) == 101
        assert policies.refused_in(str(notes)) == {"runs.service": "one"}

    @pytest.mark.parametrize("script", ["preinst", "prerm", "postrm"])
    def test_a_stop_before_the_new_files_are_there_is_refused(self, policy, notes, script):
        assert ask(policy, "runs", "stop", script=script) == 101
        assert policies.refused_in(str(notes)) == {"runs.service": "one"}

    def test_a_stop_in_a_postinst_is_obeyed_and_needs_no_restart_after_it(self, policy, notes):
        assert ask(policy, "runs", "stop") == 0
        assert ask(policy, "runs.service", "restart") == 101  # its socket was quicker
        assert policies.refused_in(str(notes)) == {}
        assert ask(policy, "runs.service", "restart", package="another") == 101
        assert policies.refused_in(str(notes)) == {"runs.service": "one"}

    @pytest.mark.parametrize("arguments", [["web", "start"], ["web.service", "restart"], ["runs", "status"]])
    def test_what_disturbs_nobody_is_allowed(self, policy, notes, arguments):
        assert ask(policy, *arguments) == 0
        assert ask(policy, "--quiet", *arguments) == 0
        assert policies.refused_in(str(notes)) == {}

    @pytest.mark.parametrize("package", ["gone-package", "gone-library"])
    def test_a_package_that_goes_may_stop_what_it_ran(self, policy, notes, package):
        assert ask(policy, "runs", "stop", package=package, script="prerm") == 0
        assert policies.refused_in(str(notes)) == {}

    def test_left_behind_by_a_killed_run_it_forbids_nothing(self, policy, tmp_path):
        with policies.service_policy(policies.no_disturbance(str(tmp_path / "notes"), [], str(tmp_path / "free"))):
            assert ask(policy, "runs", "restart") == 0

"""What is missing, what apt's errors mean, and the policy that keeps services from starting."""

from __future__ import annotations

import os
import subprocess

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _package_set as package_set
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError

STATUS = """Package: nginx
Status: install ok installed
Version: 1.22.1-9

Package: apache2
Status: install ok half-configured
Version: 2.4.62

Package: postfix
Status: deinstall ok config-files
Version: 3.7.11

Package: openssh-server
Status: hold ok installed
Version: 1:9.2p1
"""


@pytest.fixture
def dpkg(tmp_path, monkeypatch):
    status = tmp_path / "status"
    status.write_text(STATUS)
    monkeypatch.setattr(package_set, "DPKG_STATUS", str(status))


def call(names, check_mode=True, **more):
    return package_set.run({"names": names, "preseed": [], "space_mb": 0, **more}, check_mode)


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        (["nginx", "openssh-server"], []),
        (["nginx", "apache2", "postfix", "dovecot-imapd"], ["apache2", "dovecot-imapd", "postfix"]),
        (["dovecot-imapd", "dovecot-imapd"], ["dovecot-imapd"]),
        ([], []),
    ],
)
def test_what_is_missing(dpkg, names, missing):
    result = call(names)
    assert result["installed"] == missing
    assert result["changed"] == bool(missing)
    assert result["diff"]["after"].split() == missing


def test_nothing_missing_asks_nobody(dpkg):
    assert not call(["nginx"], check_mode=False, space_mb=10**9)["changed"]


@pytest.mark.parametrize("name", ["", "Nginx", "nginx; reboot", "--force-yes", "nginx=1.0", "nginx\n", "../x"])
def test_what_is_no_name_of_a_package_is_refused(dpkg, name):
    with pytest.raises(ModuleError, match="is not the name of a Debian package"):
        call([name])


def test_a_disk_that_is_too_full_is_refused_before_anything(dpkg):
    with pytest.raises(ModuleError, match=r"/var has \d+ MiB free .* nothing was installed; make room"):
        call(["dovecot-imapd"], check_mode=False, space_mb=10**9)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            "Reading package lists...\nE: Unable to locate package nginy\nE: Unable to locate package nginy\n",
            "Unable to locate package nginy; mend it",
        ),
        (
            "Setting up x\nErrors were encountered while processing:\n apache2\n php8.2-fpm\n"
            "E: Sub-process /usr/bin/dpkg returned an error code (1)\n",
            "Sub-process /usr/bin/dpkg returned an error code (1) (packages: apache2, php8.2-fpm); mend it",
        ),
        ("gave no answer within 1800 s", "gave no answer within 1800 s; mend it"),
        ("", "it said nothing; mend it"),
    ],
)
def test_the_error_of_apt_in_one_line(said, words):
    assert package_set.apt_error(said).startswith(words)
    assert "\n" not in package_set.apt_error(said)


class TestPolicy:
    """No service starts while packages are installed."""

    @pytest.fixture
    def policy(self, tmp_path, monkeypatch):
        monkeypatch.setattr(package_set, "POLICY", str(tmp_path / "policy-rc.d"))
        monkeypatch.setattr(package_set, "POLICY_ASIDE", str(tmp_path / "policy-rc.d.aside"))
        return tmp_path / "policy-rc.d"

    def test_it_is_there_for_the_time_of_the_transaction(self, policy):
        with package_set._no_starts():
            assert os.access(policy, os.X_OK)
        assert not policy.exists()

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [(["web", "start"], 101), (["web", "restart"], 101), (["runs", "restart"], 0), (["runs", "start"], 101)],
    )
    def test_only_what_runs_may_restart(self, policy, tmp_path, arguments, code):
        systemctl = tmp_path / "systemctl"
        systemctl.write_text('#!/bin/sh\n[ "$3" = runs ]\n')
        systemctl.chmod(0o755)
        with package_set._no_starts():
            done = subprocess.run(
                [str(policy), *arguments], check=False, env={"PATH": f"{tmp_path}:{os.environ['PATH']}"}
            )
        assert done.returncode == code

    def test_a_policy_of_the_server_s_own_is_put_back(self, policy):
        policy.write_text("theirs")
        with package_set._no_starts():
            assert policy.read_text() == package_set.POLICY_TEXT
        assert policy.read_text() == "theirs"

    def test_also_after_a_failure(self, policy):
        policy.write_text("theirs")
        with pytest.raises(ModuleError), package_set._no_starts():
            raise ModuleError("apt-get install failed")
        assert policy.read_text() == "theirs"

    def test_also_after_a_run_that_was_killed(self, policy):
        policy.write_text(package_set.POLICY_TEXT)
        policy.with_name("policy-rc.d.aside").write_text("theirs")
        with package_set._no_starts():
            assert policy.read_text() == package_set.POLICY_TEXT
        assert policy.read_text() == "theirs"

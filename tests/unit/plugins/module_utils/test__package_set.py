"""What is missing, and what apt's errors mean."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _command as command
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


LISTS = "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 42 (apt-get)"
DPKG = "dpkg: error: dpkg frontend lock was locked by another process with pid 42"


@pytest.fixture
def programs(monkeypatch):
    """What the programs end with and say, one each time and the last for ever; returns those that were started."""
    clock, started = itertools.count(), []
    monkeypatch.setattr(command, "time", SimpleNamespace(monotonic=lambda: next(clock), sleep=lambda _seconds: None))

    def install(*said):
        said = itertools.chain(said, itertools.repeat(said[-1]))

        def attempt(argv, **_options):
            started.append(argv[0])
            return next(said)

        monkeypatch.setattr(command, "attempt", attempt)
        monkeypatch.setattr(package_set, "attempt", attempt)
        return started

    return install


@pytest.mark.parametrize("words", [LISTS, DPKG])
def test_another_package_manager_is_waited_for(programs, words):
    started = programs((100, words), (100, words), (0, ""))
    package_set.update_lists()
    assert started == ["apt-get"] * 3


@pytest.mark.parametrize(("words", "times"), [(LISTS, package_set.LOCK_PATIENCE), ("E: no network", 1)])
def test_one_that_goes_on_for_ever_is_told_and_another_error_is_not_waited_for(programs, words, times):
    started = programs((100, words))
    with pytest.raises(ModuleError, match="apt-get update failed: "):
        package_set.update_lists()
    assert abs(len(started) - times) <= 2


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

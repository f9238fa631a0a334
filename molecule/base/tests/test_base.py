"""Clock, SSH, kernel settings and update timers of a converged server."""

from __future__ import annotations

import pytest


@pytest.fixture
def in_container(host):
    return host.run("systemd-detect-virt --container --quiet").rc == 0


@pytest.mark.parametrize("unit", ["apt-daily.timer", "apt-daily-upgrade.timer"])
def test_debian_applies_no_updates_by_itself(host, unit):
    service = host.service(unit)
    assert not service.is_running
    assert not service.is_enabled


def test_apt_does_nothing_periodically(host):
    said = host.check_output("apt-config dump APT::Periodic")
    values = dict(line.rstrip(";").split(" ", 1) for line in said.splitlines()[1:])
    assert values
    assert set(values.values()) == {'"0"'}


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("permitrootlogin", "without-password"),
        ("passwordauthentication", "no"),
        ("kbdinteractiveauthentication", "no"),
        ("pubkeyauthentication", "yes"),
        ("permitemptypasswords", "no"),
        ("loglevel", "VERBOSE"),
    ],
)
def test_ssh_takes_keys_only(host, setting, value):
    effective = dict(line.split(" ", 1) for line in host.check_output("sshd -T").splitlines())
    assert effective[setting] == value


def test_ssh_offers_no_password(host):
    said = host.run(
        "ssh -v -o StrictHostKeyChecking=no -o BatchMode=yes -o PubkeyAuthentication=no root@127.0.0.1 true || true"
    )
    assert "Authentications that can continue: publickey\r\n" in said.stderr
    assert "Permission denied (publickey)" in said.stderr


def test_the_configuration_of_the_clock_is_valid(host):
    assert host.run("chronyd -p -f /etc/chrony/chrony.conf").rc == 0


def test_the_clock_is_kept(host, in_container):
    if in_container:
        pytest.skip("a container has its host's clock")
    assert host.service("chrony").is_running


def test_kernel_settings_are_valid_and_applied(host, in_container):
    path = "/etc/sysctl.d/60-infogere.conf"
    wanted = [line.split(" = ") for line in host.file(path).content_string.splitlines() if " = " in line]
    assert ["net.ipv4.tcp_syncookies", "1"] in wanted
    for name, value in wanted:
        present = host.run("cat /proc/sys/%s", name.replace(".", "/"))
        if not in_container:
            assert present.stdout.split() == value.split(), name


def test_the_folder_of_our_files_is_there(host):
    folder = host.file("/etc/infogere")
    assert (folder.user, folder.mode) == ("root", 0o755)

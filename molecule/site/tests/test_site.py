"""The whole stack on one server: everything runs, answers where it should and nowhere else; nothing is left over."""

from __future__ import annotations

import socket

import pytest

UNITS = [
    "apache2",
    "dovecot",
    "fail2ban",
    "mariadb",
    "nftables",
    "nginx",
    "postfix",
    "proftpd",
    "rspamd",
    "rsyslog",
]
OPEN = [22, 25, 80, 143, 443, 465, 587, 993, 4190, 21]
LOOPBACK_ONLY = [3306, 8080]
# Whoever patches is the provider, in its window (A-L3-24): Debian's own schedulers are off.
SILENT_TIMERS = ["apt-daily.timer", "apt-daily-upgrade.timer"]


@pytest.mark.parametrize("unit", UNITS)
def test_unit_runs_and_starts_with_the_server(host, unit):
    assert host.service(unit).is_running
    assert host.service(unit).is_enabled


def test_one_php_pool_manager_runs(host):
    assert (
        host.check_output("systemctl list-units --plain --no-legend --state=running 'php*-fpm.service' | wc -l") == "1"
    )


def test_no_unit_failed(host):
    assert host.check_output("systemctl list-units --failed --plain --no-legend") == ""


@pytest.mark.parametrize("unit", SILENT_TIMERS)
def test_no_foreign_scheduler_updates_the_server(host, unit):
    assert not host.service(unit).is_running
    assert not host.service(unit).is_enabled


@pytest.mark.parametrize("port", OPEN)
def test_port_answers_from_outside(host, port):
    with socket.create_connection((host.check_output("hostname -I").split()[0], port), timeout=60):
        pass


@pytest.mark.parametrize("port", LOOPBACK_ONLY)
def test_port_is_for_the_server_itself(host, port):
    listening = host.check_output(f"ss -Hltn 'sport = :{port}'").split()
    assert listening[3].rpartition(":")[0] == "127.0.0.1"


def test_nothing_is_left_over(host):
    assert host.check_output("find /var/lib/infogere/transactions /var/lib/infogere/pending -type f") == ""
    assert not host.file("/usr/sbin/policy-rc.d").exists
    assert host.check_output("dpkg --audit") == ""


def test_the_certificate_is_readable_by_services_alone(host):
    key = host.file("/etc/infogere/tls/server/privkey.pem")
    assert (key.user, key.group, key.mode & 0o777) == ("root", "ssl-cert", 0o640)

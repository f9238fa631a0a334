"""Journal, log files, rotation and the archive (A-L3-12)."""

from __future__ import annotations

import uuid

import pytest

ARCHIVE = "/var/log/archive"
ROTATED = r"-regex '.*-[0-9]{8}(\.gz)?'"
# One living log of the system and of each software that the stack brings.
LOGS = [
    "/var/log/syslog",
    "/var/log/auth.log",
    "/var/log/mail.log",
    "/var/log/nginx/error.log",
    "/var/log/apache2/error.log",
    "/var/log/proftpd/proftpd.log",
    "/var/log/roundcube/errors.log",
    "/var/log/fail2ban.log",
]


@pytest.mark.parametrize("unit", ["systemd-journald", "rsyslog", "logrotate.timer"])
def test_services_run(host, unit):
    assert host.service(unit).is_running


def test_the_journal_is_persistent_and_bounded(host):
    effective = host.check_output("systemd-analyze cat-config systemd/journald.conf").splitlines()
    for line in ("Storage=persistent", "SystemMaxUse=1G", "MaxRetentionSec=30day", "ForwardToSyslog=yes"):
        assert line in effective
    assert host.run("ls /var/log/journal/$(cat /etc/machine-id)/system.journal").rc == 0


@pytest.mark.parametrize(
    ("priority", "path"),
    [("auth.info", "/var/log/auth.log"), ("mail.info", "/var/log/mail.log"), ("daemon.info", "/var/log/syslog")],
)
def test_a_message_reaches_its_file_and_the_journal(host, priority, path):
    word = uuid.uuid4().hex
    host.check_output(f"logger -p {priority} {word}")
    assert host.run(f"timeout 120 sh -c 'until grep -q {word} {path}; do sleep 0.1; done'").rc == 0
    assert word in host.check_output("journalctl --sync; journalctl --since=-10min --no-pager -o cat")


def test_the_configuration_is_accepted(host):
    assert host.run("rsyslogd -N1 -f /etc/rsyslog.conf").rc == 0
    assert host.run("logrotate --debug /etc/logrotate.conf").rc == 0


@pytest.fixture(scope="module")
def rotated(host):
    """The last word in every log of ``LOGS`` before two rotations.

    The first sets the logs aside, here as if yesterday; the second compresses what was set aside.
    """
    word = uuid.uuid4().hex
    yesterday = host.check_output("date -d yesterday +%Y-%m-%d")
    present = [log for log in LOGS if host.file(log.rpartition("/")[0]).exists]
    host.check_output(f"find /var/log -regextype posix-extended {ROTATED} -delete")
    for line in (word, "more"):
        host.check_output(f"for log in {' '.join(present)}; do echo {line} >> $log; done")
        host.check_output("logrotate --force /etc/logrotate.conf")
        if line == word:
            # The name has the day of the rotation, which may not be that of this line.
            host.check_output(f"for log in {' '.join(present)}; do mv $log-[0-9]* $log-aside; done")
            # What else was rotated now would stand in the way of the second rotation.
            host.check_output(f"find /var/log -regextype posix-extended {ROTATED} -delete")
            aside = yesterday.replace("-", "")
            host.check_output(f"for log in {' '.join(present)}; do mv $log-aside $log-{aside}; done")
    host.check_output("systemctl start logrotate.service")
    yield word, yesterday
    host.check_output(f"rm -rf {ARCHIVE}/{yesterday}")


@pytest.mark.parametrize("log", LOGS)
def test_a_rotated_log_ends_up_in_the_archive(host, rotated, log):
    if not host.file(log.rpartition("/")[0]).exists:
        pytest.skip("this software is not installed here")
    word, day = rotated
    name = f"{log}-{day.replace('-', '')}.gz"
    assert word in host.check_output(f"zcat {ARCHIVE}/{day}/{name.removeprefix('/var/log/')}")
    assert not host.file(name).exists


def test_days_older_than_the_retention_are_deleted(host):
    old, young = f"{ARCHIVE}/2001-01-01", f"{ARCHIVE}/{host.check_output('date +%Y-%m-%d')}"
    host.check_output(f"mkdir -p {old} {young}")
    host.check_output("systemctl start logrotate.service")
    assert not host.file(old).exists
    assert host.file(young).exists


def test_only_root_and_adm_read_the_archive(host):
    folder = host.file(ARCHIVE)
    assert (folder.user, folder.group, folder.mode & 0o777) == ("root", "adm", 0o750)

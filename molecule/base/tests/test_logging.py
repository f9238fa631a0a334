"""Journal, log files, rotation and the archive (A-L3-12)."""

from __future__ import annotations

import uuid

import pytest

ARCHIVE = "/var/log/archive"
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
    assert host.run(f"timeout 30 sh -c 'until grep -q {word} {path}; do sleep 0.1; done'").rc == 0
    assert word in host.check_output("journalctl --since=-1min --no-pager -o cat")


def test_the_configuration_is_accepted(host):
    assert host.run("rsyslogd -N1 -f /etc/rsyslog.conf").rc == 0
    assert host.run("logrotate --debug /etc/logrotate.conf").rc == 0


@pytest.fixture(scope="module")
def rotated(host):
    """The last word in every log of ``LOGS`` before two rotations.

    The first sets the logs aside, here as if on 2026-01-02; the second compresses what was set aside.
    """
    word = uuid.uuid4().hex
    present = [log for log in LOGS if host.file(log.rpartition("/")[0]).exists]
    host.check_output(r"find /var/log -regextype posix-extended -regex '.*-[0-9]{8}(\.gz)?' -delete")
    for line in (word, "more"):
        host.check_output(f"for log in {' '.join(present)}; do echo {line} >> $log; done")
        host.check_output("logrotate --force /etc/logrotate.conf")
        if line == word:
            host.check_output(f"for log in {' '.join(present)}; do mv $log-$(date +%Y%m%d) $log-20260102; done")
            # What else was rotated today would stand in the way of the second rotation.
            host.check_output('find /var/log -name "*-$(date +%Y%m%d)" -o -name "*-$(date +%Y%m%d).gz" | xargs -r rm')
    host.check_output("systemctl start logrotate.service")
    yield word
    host.check_output(f"rm -rf {ARCHIVE}/2026-01-02")


@pytest.mark.parametrize("log", LOGS)
def test_a_rotated_log_ends_up_in_the_archive(host, rotated, log):
    if not host.file(log.rpartition("/")[0]).exists:
        pytest.skip("this software is not installed here")
    relative = log.removeprefix("/var/log/")
    assert rotated in host.check_output(f"zcat {ARCHIVE}/2026-01-02/{relative}-20260102.gz")
    assert not host.file(f"{log}-20260102.gz").exists


def test_days_older_than_the_retention_are_deleted(host):
    old, young = f"{ARCHIVE}/2001-01-01", f"{ARCHIVE}/{host.check_output('date +%Y-%m-%d')}"
    host.check_output(f"mkdir -p {old} {young}")
    host.check_output("systemctl start logrotate.service")
    assert not host.file(old).exists
    assert host.file(young).exists


def test_only_root_and_adm_read_the_archive(host):
    folder = host.file(ARCHIVE)
    assert (folder.user, folder.group, folder.mode & 0o777) == ("root", "adm", 0o750)

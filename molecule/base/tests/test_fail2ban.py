"""A real ban: failing logins over SSH, from an address of the server's own loopback.

The logins name root, who exists: on a server that takes keys only such attempts are the usual ones.
"""

from __future__ import annotations

import pytest

ATTACKER = "198.51.100.7"
TABLE = "inet f2b-table"


@pytest.fixture(scope="module")
def attack(host):
    """Six failing logins from ``ATTACKER``; returns once they are banned."""
    server = host.check_output("hostname -I").split()[0]
    options = f"-b {ATTACKER} -o BatchMode=yes -o StrictHostKeyChecking=no -o ConnectTimeout=30"
    # A ban in the middle of a login leaves its client without an answer, for as long as it asks.
    login = f"timeout 60 ssh {options} root@{server} true || true"
    host.check_output(f"ip address replace {ATTACKER}/32 dev lo")
    host.check_output("fail2ban-client set sshd ignoreself false")
    for _attempt in range(6):
        host.run(login)
    ban_done = f"until fail2ban-client status sshd | grep -q 'Banned IP list:.*{ATTACKER}'; do sleep 0.1; done"
    seen = host.run('timeout 120 sh -c "%s"' % ban_done)  # noqa: UP031 - braces and quotes of a shell
    yield lambda: host.run(login), seen
    host.run(f"fail2ban-client set sshd unbanip {ATTACKER}")
    host.check_output("fail2ban-client set sshd ignoreself true")
    host.check_output(f"ip address delete {ATTACKER}/32 dev lo")


def banned(host):
    return ATTACKER in host.check_output(f"nft list set {TABLE} addr-set-sshd")


def test_the_configuration_is_accepted(host):
    assert host.run("fail2ban-client -t").rc == 0


# Lines of failing logins to the real services: Debian 12's, then Debian 13's where it words them differently.
FAILURES = {
    "dovecot": [
        "dovecot[2357]: imap-login: Disconnected: Connection closed (auth failed, 1 attempts in 2 secs): "
        "user=<no@example.com>, method=PLAIN, rip=203.0.113.5, lip=::1, TLS: Connection closed, session=<qxLw>",
        "dovecot[2469]: imap-login: Login aborted: Connection closed (auth failed, 1 attempts in 2 secs) "
        "(auth_failed): user=<no@example.com>, method=PLAIN, rip=203.0.113.5, lip=::1, TLS, session=<597umehg>",
        "dovecot[2469]: managesieve-login: Login aborted: Connection closed (auth failed, 1 attempts in 2 secs) "
        "(auth_failed): user=<no@example.com>, method=PLAIN, rip=203.0.113.5, lip=::1, TLS: Connection closed, "
        "session=<o3zKmehg>",
    ],
    "postfix[mode=auth]": [
        "postfix/submission/smtpd[2864]: warning: unknown[203.0.113.5]: SASL PLAIN authentication failed: "
        "(reason unavailable), sasl_username=no@example.com",
        "postfix/submissions/smtpd[2866]: warning: unknown[203.0.113.5]: SASL LOGIN authentication failed: "
        "(reason unavailable), sasl_username=no@example.com",
    ],
    "proftpd": [
        "proftpd[3352]: 192.0.2.1 (203.0.113.5[203.0.113.5]) - USER nobody: no such user found from 203.0.113.5 "
        "[203.0.113.5] to ::ffff:192.0.2.1:21",
    ],
    "roundcube-auth": [
        "roundcube[2868]: <aea594a4> IMAP Error: Login failed for no@example.com against localhost from 203.0.113.5. "
        "AUTHENTICATE PLAIN: Authentication failed. in /usr/share/roundcube/program/lib/Roundcube/rcube_imap.php on "
        "line 211 (POST /?_task=login&_action=login)",
    ],
}


def found(host, line, name):
    """The addresses that the filter ``name`` finds in a log line."""
    argument = f"Nov 23 02:46:15 web1 {line}"
    return host.run("fail2ban-regex --out ip %s %s", argument, name).stdout.split()


@pytest.mark.parametrize(("name", "line"), [(name, line) for name, lines in FAILURES.items() for line in lines])
def test_filters_know_the_words_of_the_real_services(host, name, line):
    assert found(host, line, name) == ["203.0.113.5"]


def test_a_user_name_cannot_have_somebody_else_banned(host):
    for line in FAILURES["dovecot"]:
        forged = line.replace("no@example.com", "x>, method=PLAIN, rip=198.51.100.99, y")
        assert "198.51.100.99" not in found(host, forged, "dovecot")


def test_failing_logins_are_banned(host, attack):
    login, seen = attack
    assert seen.rc == 0, host.check_output("fail2ban-client status sshd")
    assert banned(host)
    assert "Connection refused" in login().stderr


def test_the_ban_survives_a_reload_of_the_firewall(host, attack):
    login, _seen = attack
    host.check_output("systemctl reload nftables")
    assert banned(host)
    host.check_output("systemctl restart nftables")
    assert banned(host)
    assert "Connection refused" in login().stderr


def test_the_ban_survives_a_reload_of_fail2ban(host, attack):
    login, _seen = attack
    host.check_output("systemctl reload fail2ban")
    again = "timeout 120 sh -c 'until nft list set %s addr-set-sshd | grep -q %s; do sleep 0.1; done'"
    assert host.run(again % (TABLE, ATTACKER)).rc == 0
    assert "Connection refused" in login().stderr


def test_a_lifted_ban_lets_the_address_in_again(host, attack):
    login, _seen = attack
    host.check_output(f"fail2ban-client set sshd unbanip {ATTACKER}")
    assert "Permission denied" in login().stderr

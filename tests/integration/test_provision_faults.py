"""Bad requests to ``provision``: one clear line each, and nothing on the server has changed."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.lab

STATE = (
    "find /srv/www /etc/nginx/infogere/sites /etc/apache2/infogere/sites /etc/php/*/fpm/pool.d /etc/infogere/tls "
    "/var/lib/infogere/objects -printf '%p %s %U %G %m\\n' | sort; getent passwd; "
    "mariadb -BNe 'SHOW DATABASES; SELECT User, Host FROM mysql.global_priv ORDER BY 1, 2'"
)
SITE = "fault.example.com"


@pytest.fixture(scope="module")
def refused(server):
    """``refused(request)``: what the run said; asserts that it failed and that nothing on the server changed."""
    made = server.playbook("infogere.hosting.provision", {"request": {**_request(server, "vhost", SITE)}})
    assert made.returncode == 0, made.stdout

    def call(**request):
        before = server.run(STATE).stdout
        done = server.playbook("infogere.hosting.provision", {"request": {"server": server.name, **request}})
        assert done.returncode != 0
        assert server.run(STATE).stdout == before
        said = done.stdout + done.stderr
        assert "Traceback" not in said
        return " ".join(said.split())

    return call


def _request(server, kind, name):
    return {"server": server.name, "kind": kind, "name": name}


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"kind": "vhost", "name": "a.example.com;id"}, "is not a domain name"),
        ({"kind": "vhost", "name": "other.example.com", "aliases": [SITE]}, f"belongs to the site {SITE}"),
        (
            {"kind": "vhost", "name": "old.example.com", "php_version": "5.6"},
            "PHP 5.6 is not installed; this server has",
        ),
        ({"kind": "vhost", "name": "tls.example.com", "certificate": "existing"}, "fullchain.pem is missing"),
        ({"kind": "database", "name": "x`; DROP DATABASE mysql; --"}, "cannot name a database"),
        ({"kind": "database", "name": "mysql", "state": "absent"}, "reserved"),
        ({"kind": "database", "name": "shopx", "site": "nowhere.example.com"}, "has no site nowhere.example.com"),
        ({"kind": "database_user", "name": "shopx", "databases": ["nowhere"]}, "no ticket made a database nowhere"),
        ({"kind": "ftp_account", "name": "shopx", "site": "nowhere.example.com"}, "has no site"),
        ({"kind": "mailbox", "name": "x"}, "A-4.4-2"),
        ({"kind": "database", "name": "x", "server": "all"}, "no server of the inventory"),
        ({"kind": "database", "name": "{{ lookup('pipe', 'id') }}"}, "contains a template"),
    ],
)
def test_bad_request_is_refused(refused, request_, words):
    assert words in refused(**request_)


def test_servers_own_name_is_no_site(refused, server):
    assert "a name of the server itself" in refused(kind="vhost", name=server.name)


def test_full_disk_changes_nothing_and_the_next_run_heals(server):
    """The archive finds no room: the database stays."""
    make = {**_request(server, "database", "bigone")}
    assert server.playbook("infogere.hosting.provision", {"request": make}).returncode == 0
    # A container may not mount; /dev/shm is a file system of its own, filled here.
    fill = "cd /var/backups/infogere && mv archive kept && ln -s /dev/shm archive"
    server.run(f"mkdir -p /var/backups/infogere/archive; {fill}; dd if=/dev/zero of=/dev/shm/full bs=1M")
    try:
        done = server.playbook("infogere.hosting.provision", {"request": {**make, "state": "absent"}})
        assert done.returncode != 0
        assert "make room there" in done.stdout + done.stderr
        assert server.run("mariadb -BNe \"SHOW DATABASES LIKE 'bigone'\"").stdout.strip() == "bigone"
    finally:
        server.run("rm /dev/shm/full; cd /var/backups/infogere && rm archive && mv kept archive")
    assert server.playbook("infogere.hosting.provision", {"request": {**make, "state": "absent"}}).returncode == 0
    assert server.run("mariadb -BNe \"SHOW DATABASES LIKE 'bigone'\"").stdout == ""


def test_supplied_password_works_and_is_written_nowhere(server):
    password = "é'\"\\`;-- ü$(id) canary"
    make = _request(server, "database", "quoted")
    assert server.playbook("infogere.hosting.provision", {"request": make}).returncode == 0
    user = {**_request(server, "database_user", "quoted"), "databases": ["quoted"], "password": password}
    done = server.playbook("infogere.hosting.provision", {"request": user}, "-vvv", "--diff")
    assert done.returncode == 0, done.stdout
    assert "canary" not in done.stdout + done.stderr
    quoted = password.replace("\\", "\\\\").replace('"', '\\"')
    options = f'[client]\nuser=quoted\npassword="{quoted}"\ndefault-character-set=utf8mb4\n'
    server.run("umask 077; cat > /root/quoted.cnf", data=options)
    seen = server.run("mariadb --defaults-file=/root/quoted.cnf -BNe 'SELECT CURRENT_USER()'; rm /root/quoted.cnf")
    assert seen.stdout.strip() == "quoted@localhost"
    found = server.run("grep -rls canary /var/lib/infogere /var/log /etc || true").stdout
    assert found == ""

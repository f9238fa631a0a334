"""What the four ticket objects left on the server: who owns what, who reaches what, what is written down."""

from __future__ import annotations

import json

import pytest

SITE, NEIGHBOUR = "shop.infogere.test", "other.infogere.test"


def registered(host, kind, name):
    return json.loads(host.file(f"/var/lib/infogere/objects/{kind}/{name}.json").content_string)


@pytest.fixture
def user(host):
    return registered(host, "vhost", SITE)["user"]


@pytest.mark.parametrize(
    ("folder", "wanted"),
    [
        ("", "root:{user} 750"),
        ("/htdocs", "{user}:{user} 2750"),
        ("/private", "{user}:{user} 700"),
        ("/tmp", "{user}:{user} 700"),
        ("/logs", "{user}:{user} 700"),
    ],
)
def test_folders_belong_to_whom_they_should(host, user, folder, wanted):
    found = host.file(f"/srv/www/{SITE}{folder}")
    assert found.is_directory
    assert f"{found.user}:{found.group} {found.mode:o}" == wanted.format(user=user)


def test_site_user_has_no_shell_and_a_number_of_its_own_range(host, user):
    account = host.user(user)
    assert account.shell == "/usr/sbin/nologin"
    assert account.uid >= 10000
    assert account.groups == [user]


def test_sites_have_different_users(host, user):
    assert registered(host, "vhost", NEIGHBOUR)["user"] != user


def test_key_is_for_root_and_the_tls_services_alone(host):
    key = host.file(f"/etc/infogere/tls/{SITE}/privkey.pem")
    assert (key.user, key.group, key.mode) == ("root", "ssl-cert", 0o640)


def test_site_answers_on_the_server_itself(host):
    page = host.check_output(
        'python3 -c "import ssl, urllib.request as u; c = ssl._create_unverified_context(); '
        f"r = u.Request('https://127.0.0.1/', headers={{'Host': '{SITE}'}}); print(u.urlopen(r, context=c).status)\""
    )
    assert page == "200"


def test_database_is_utf8mb4_and_its_user_reaches_nothing_else(host):
    query = "SELECT DEFAULT_CHARACTER_SET_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'shop'"
    assert host.check_output(f'mariadb -BNe "{query}"') == "utf8mb4"
    grants = host.check_output("mariadb -BNe \"SHOW GRANTS FOR 'shop_app'@'localhost'\"").splitlines()
    assert grants[0].startswith("GRANT USAGE ON *.*")
    assert all(" ON `shop`.* " in grant for grant in grants[1:])
    assert "GRANT OPTION" not in " ".join(grants)


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("SELECT COUNT(*) FROM mysql.global_priv WHERE User = ''", "0"),
        ("SELECT COUNT(*) FROM mysql.global_priv WHERE User = 'root' AND Host <> 'localhost'", "0"),
        ("SELECT JSON_VALUE(Priv, '$.plugin') FROM mysql.global_priv WHERE User = 'root'", "unix_socket"),
        ("SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'test'", "0"),
        ("SELECT @@character_set_server", "utf8mb4"),
        ("SELECT @@slow_query_log", "1"),
        ("SELECT @@local_infile", "0"),
        ("SELECT @@bind_address", "127.0.0.1"),
    ],
)
def test_mariadb_is_closed(host, query, answer):
    assert host.check_output(f'mariadb -BNe "{query}"') == answer


def test_ftp_password_is_a_salted_hash_that_proftpd_may_only_read(host):
    salt, password = host.check_output('mariadb -BNe "SELECT salt, password FROM ftp.accounts LIMIT 1"').split()
    assert (len(salt), len(password)) == (32, 128)
    grants = host.check_output("mariadb -BNe \"SHOW GRANTS FOR 'proftpd'@'localhost'\"").splitlines()
    assert [grant.partition(" TO ")[0] for grant in grants[1:]] == ["GRANT SELECT ON `ftp`.`accounts`"]


@pytest.mark.parametrize(
    "path", ["/etc/proftpd/sql.conf", "/var/lib/infogere/operations", "/var/lib/infogere/objects/vhost"]
)
def test_what_holds_passwords_or_requests_is_roots_alone(host, path):
    found = host.file(path)
    assert found.user == "root"
    assert found.mode & 0o077 == 0

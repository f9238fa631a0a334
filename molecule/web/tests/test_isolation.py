"""alpha's owner is hostile: whatever it leaves in its folder, it gets nothing of beta's.

Its means are what FTP and PHP give a customer: files, links and .htaccess, as its own system user.
"""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def alpha(sites):
    """The attacker, who has opened its own folder to everybody."""
    sites[0].run("chmod o+x . && chmod -R o+rX test")
    yield sites[0]
    sites[0].run("chmod o-x .")


@pytest.fixture(scope="module")
def beta(sites):
    sites[1].put("test/secret.php", "<?php /* password */ echo 'ran as ', posix_getpwuid(posix_geteuid())['name'];")
    return sites[1]


@pytest.fixture(scope="module")
def pool_of_beta(beta):
    """How Apache would be told to ask beta's pool."""
    return f"unix:{beta.socket}|fcgi://x"


@pytest.mark.parametrize("path", ["test/note.txt", "test/who.php"])
def test_php_does_not_read_the_neighbour(visitor, alpha, beta, path):
    answer = visitor.get(f"https://{alpha.domain}/test/read.php?f={beta.docroot}/{path}")
    assert (answer.status, answer.text) == (200, "")


def test_the_system_user_does_not_read_the_neighbour(host, alpha, beta):
    command = f"setpriv --reuid {alpha.user} --regid {alpha.user} --clear-groups ls {beta.docroot}"
    assert host.run(command).rc != 0


@pytest.mark.parametrize("file", ["/etc/passwd", "/etc/roundcube/config.inc.php", "/proc/self/environ"])
def test_php_does_not_read_the_system(visitor, alpha, file):
    assert visitor.get(f"https://{alpha.domain}/test/read.php?f={file}").text == ""


@pytest.mark.parametrize(
    ("target", "asked"),
    [
        ("test/style.css", "link.css"),
        ("test/note.txt", "link.txt"),
        ("test/secret.php", "link.php"),
        ("test", "folder/style.css"),
        ("test", "folder/note.txt"),
        ("test", "folder/secret.php"),
    ],
)
def test_a_link_to_the_neighbour_is_refused_by_both_servers(visitor, alpha, beta, target, asked):
    link = asked.partition("/")[0]
    alpha.run(f"mkdir -p test/links && ln -sfn {beta.docroot}/{target} test/links/{link}")
    assert visitor.get(f"https://{alpha.domain}/test/links/{asked}").status == 403


@pytest.mark.parametrize("option", ["Options +FollowSymLinks", "Options FollowSymLinks"])
def test_htaccess_does_not_lift_the_rule_on_links(visitor, alpha, beta, option):
    alpha.put("test/follow/.htaccess", f"{option}\n")
    alpha.put("test/follow/own.txt", "its own")
    alpha.run(f"ln -sfn {beta.docroot}/test/note.txt test/follow/link.txt")
    assert visitor.get(f"https://{alpha.domain}/test/follow/own.txt").text == "its own"
    assert visitor.get(f"https://{alpha.domain}/test/follow/link.txt").status == 403


@pytest.mark.parametrize("script", ["/srv/www/beta.test/htdocs/test/secret.php", "{alpha}/test/door.php"])
def test_a_rewrite_rule_does_not_reach_the_neighbour_s_pool(visitor, alpha, beta, pool_of_beta, script):
    alpha.run(f"ln -sfn {beta.docroot}/test/secret.php test/door.php")
    target = pool_of_beta + script.format(alpha=alpha.docroot)
    alpha.put("test/rewrite/.htaccess", f"RewriteEngine On\nRewriteRule ^(.*)$ {target} [P]\n")
    answer = visitor.get(f"https://{alpha.domain}/test/rewrite/x")
    assert answer.status in {403, 404}
    assert "ran as" not in answer.text


def test_a_handler_does_not_run_own_code_as_the_neighbour(visitor, alpha, beta, pool_of_beta):
    alpha.put("test/handler/.htaccess", f'<Files *>\nSetHandler "proxy:{pool_of_beta}"\n</Files>\n')
    alpha.put("test/handler/who.php", "<?php echo posix_getpwuid(posix_geteuid())['name'];")
    alpha.run("chmod -R o+rX test/handler")
    assert beta.user not in visitor.get(f"https://{alpha.domain}/test/handler/who.php").text


@pytest.mark.parametrize("name", ["PHP_VALUE", "PHP_ADMIN_VALUE"])
def test_htaccess_does_not_lift_open_basedir(visitor, alpha, name):
    alpha.put("test/env/.htaccess", f'SetEnv {name} "open_basedir=/"\n')
    alpha.put("test/env/read.php", "<?php echo ini_get('open_basedir'), @file_get_contents('/etc/passwd');")
    text = visitor.get(f"https://{alpha.domain}/test/env/read.php").text
    assert text.startswith(f"/srv/www/{alpha.domain}/")
    assert "root:" not in text


@pytest.mark.parametrize("file", ["style.css", "note.txt", "who.php", "deep/er/style.css"])
def test_nginx_does_not_serve_past_a_password(visitor, alpha, file):
    alpha.put("test/locked/.htaccess", "AuthType Basic\nAuthName x\nAuthUserFile /nonexistent\nRequire valid-user\n")
    alpha.put(f"test/locked/{file}", "behind a password")
    answer = visitor.get(f"https://{alpha.domain}/test/locked/{file}")
    assert answer.status == 401
    assert "behind a password" not in answer.text


@pytest.mark.parametrize("function", ["exec", "shell_exec", "proc_open", "symlink", "opcache_get_status"])
def test_php_does_not_leave_its_pool(visitor, alpha, function):
    arguments = "'a', 'b'" if function == "symlink" else "'id'"
    call = f"{function}({arguments})" if function != "opcache_get_status" else "opcache_get_status(true)"
    # A file each: for two seconds PHP may remember what stood in one.
    alpha.put(
        f"test/{function}.php", f"<?php try {{ var_dump(@{call}); }} catch (Error $e) {{ echo $e->getMessage(); }}"
    )
    text = visitor.get(f"https://{alpha.domain}/test/{function}.php").text
    assert "undefined function" in text or "bool(false)" in text

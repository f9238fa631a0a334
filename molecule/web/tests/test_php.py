"""PHP-FPM: services, sockets, the applications' pool."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def version(host) -> str:
    return {"12": "8.2", "13": "8.4"}[host.system_info.release.split(".")[0]]


def test_runs_and_starts_at_boot(host, version):
    assert host.service(f"php{version}-fpm").is_running
    assert host.service(f"php{version}-fpm").is_enabled


def test_debian_s_own_pool_is_gone(host, version):
    assert not host.file(f"/etc/php/{version}/fpm/pool.d/www.conf").exists
    assert not host.file(f"/run/php/php{version}-fpm.sock").exists


def test_applications_have_a_user_of_their_own(host, version):
    pool = host.file(f"/etc/php/{version}/fpm/pool.d/infogere.conf").content_string
    assert "user = infogere-apps" in pool
    assert host.user("infogere-apps").shell.endswith("nologin")
    socket = host.file("/run/php/apps.sock")
    assert (socket.user, socket.group, socket.mode) == ("www-data", "www-data", 0o660)


def test_sites_sockets_are_for_the_web_servers_alone(host, sites):
    for site in sites:
        socket = host.file(site.socket)
        assert (socket.user, socket.mode) == ("www-data", 0o600)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("expose_php", "0"),
        ("display_errors", "0"),
        ("allow_url_include", "0"),
        ("opcache.validate_permission", "1"),
        ("upload_max_filesize", "32M"),
    ],
)
def test_settings_that_a_site_sees(visitor, sites, setting, value):
    # A file each: for two seconds PHP may remember what stood in one.
    sites[0].put(f"test/{setting}.php", f"<?php echo ini_get('{setting}') ?: '0';")
    assert visitor.get(f"https://{sites[0].domain}/test/{setting}.php").text == value

"""Which running services use a package's files, on a small tree that looks like /proc and dpkg's folder."""

from __future__ import annotations

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils._update_services import (
    services_of,
    with_running_units,
)

MAPS = "7f00-7f01 r-xp 00000000 08:01 42 {path}\n7f02-7f03 rw-p 00000000 00:00 0 \n"


@pytest.fixture
def server(tmp_path):
    proc, info = tmp_path / "proc", tmp_path / "info"
    processes = {
        "101": ("0::/system.slice/nginx.service", "/usr/lib/x86_64-linux-gnu/libssl.so.3"),
        "102": ("1:name=systemd:/pod/system.slice/mariadb.service", "/usr/lib/x86_64-linux-gnu/libssl.so.3 (deleted)"),
        "103": ("0::/user.slice/user@0.service/init.scope", "/usr/lib/x86_64-linux-gnu/libssl.so.3"),
        "104": ("0::/system.slice/php8.2-fpm.service", "/usr/sbin/php-fpm8.2"),
    }
    for number, (cgroup, path) in processes.items():
        (proc / number).mkdir(parents=True)
        (proc / number / "cgroup").write_text(f"{cgroup}\n")
        (proc / number / "maps").write_text(MAPS.format(path=path))
    (proc / "105").mkdir()  # ended between two looks
    (proc / "sys").mkdir()
    info.mkdir()
    (info / "libssl3:amd64.list").write_text("/.\n/lib/x86_64-linux-gnu/libssl.so.3\n")
    (info / "php8.2-fpm.list").write_text("/usr/lib/systemd/system/php8.2-fpm.service\n")
    (info / "proftpd.list").write_text("/lib/systemd/system/proftpd.service\n")
    return str(proc), str(info)


@pytest.mark.parametrize(
    ("package", "services"),
    [
        ("libssl3", ["mariadb", "nginx"]),
        ("php8.2-fpm", ["php8.2-fpm"]),
        ("proftpd", None),
        ("unknown", None),
    ],
)
def test_services(server, package, services):
    assert services_of({package}, *server).get(package) == services


def test_packages_that_ship_the_unit_of_a_running_service(server):
    assert with_running_units({"libssl3", "php8.2-fpm", "proftpd", "unknown"}, *server) == {"php8.2-fpm"}

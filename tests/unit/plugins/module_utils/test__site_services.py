"""The order in which services hear of a move; systemctl and pgrep are doubles."""

from __future__ import annotations

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _site_services as services


class Server:
    """Commands that were started, and Apache's processes: each look takes the next of ``generations``."""

    def __init__(self):
        self.done = []
        self.waiting = {}
        self.generations = [{"10", "11"}, {"11", "12"}, {"12", "13"}]

    def processes(self):
        found = self.generations[0]
        self.done.append(f"look at {'+'.join(sorted(found))}")
        if len(self.generations) > 1:
            self.generations.pop(0)
        return found


@pytest.fixture
def server(monkeypatch):
    server = Server()
    monkeypatch.setattr(services, "require", lambda argv, *_args, **_options: server.done.append(" ".join(argv[1:])))
    monkeypatch.setattr(services, "read", lambda _folder: server.waiting)
    monkeypatch.setattr(services, "clear", lambda _folder, units: server.done.append(f"clear {' '.join(units)}"))
    monkeypatch.setattr(services, "wait_for_pool", lambda _site, version: server.done.append(f"wait for {version}"))
    monkeypatch.setattr(services, "_apache_processes", server.processes)
    monkeypatch.setattr(services, "POLL", 0)
    return server


def test_the_old_version_hears_last_when_no_process_knows_it_any_more(server):
    services.move("a.example", "8.4", ["7.4"])
    assert server.done == [
        "reload-or-restart php8.4-fpm.service",
        "clear php8.4-fpm.service",
        "wait for 8.4",
        "look at 10+11",
        "reload-or-restart apache2.service nginx.service",
        "clear apache2.service nginx.service",
        "look at 11+12",
        "look at 12+13",
        "reload-or-restart php7.4-fpm.service",
        "clear php7.4-fpm.service",
    ]


def test_a_process_that_stays_does_not_hold_the_move_up_for_ever(server, monkeypatch):
    monkeypatch.setattr(services, "HANDOVER_PATIENCE", 0)
    server.generations = [{"10"}]
    services.move("a.example", "8.4", ["7.4"])
    assert server.done[-1] == "clear php7.4-fpm.service"


def test_a_unit_that_was_to_be_restarted_is_restarted(server):
    server.waiting = {"apache2.service": "restart", "cron.service": "restart"}
    services.tell(services.units_of("8.4", "8.4"))
    assert server.done[:2] == ["restart apache2.service", "reload-or-restart php8.4-fpm.service nginx.service"]


def test_checkers_are_those_of_the_versions_concerned():
    assert services.checkers(services.units_of("8.4", "7.4")) == [
        "nginx -t -q",
        "apachectl configtest",
        "php-fpm8.4 -t",
        "php-fpm7.4 -t",
    ]

"""A second PHP series from an archive of its own, beside Debian's; sites choose, and move while they are visited."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from infogere.lab.clients import web
from neighbours import archive
from neighbours.patience import until

pytestmark = pytest.mark.lab

CONVERGE, PROVISION = "infogere.hosting.site", "infogere.hosting.provision"
OWN = {"12": "8.2", "13": "8.4"}  # Debian's series
STAYS, MOVES = "stays.example.com", "moves.example.com"
PAGE = "<?php echo json_encode(['version' => PHP_VERSION, 'user' => posix_getpwuid(posix_geteuid())['name']]);"
VISITORS = 3


@dataclass(frozen=True)
class World:
    """A server with two PHP series, and how it is told so."""

    server: Any
    own: str
    further: archive.Archive

    @property
    def settings(self) -> dict[str, Any]:
        both = [self.own, self.further.series]
        return {"php_apt_source": self.further.source, "php_published_versions": both, "php_versions": both}

    def converge(self, **settings: Any) -> Any:
        return self.server.playbook(CONVERGE, {**self.settings, **settings})

    def provision(self, **request: Any) -> Any:
        request = {"kind": "vhost", "server": self.server.name, **request}
        return self.server.playbook(PROVISION, {**self.settings, "request": request})

    def site(self, name: str) -> web.Site:
        return web.Site(self.server.address, name, self.server.ca)

    def said(self, name: str) -> dict[str, str]:
        """Version and user with which the site's page runs."""
        answer = self.site(name).get("/version.php")
        assert answer.status == 200, answer.text
        found: dict[str, str] = json.loads(answer.text)
        return found

    def series(self, name: str) -> str:
        return self.said(name)["version"].rpartition(".")[0]


@dataclass
class Seen:
    """What visitors met: ``(HTTP status, PHP series)`` in the order of each visitor, and faults of the connection."""

    answers: list[tuple[int, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def another(self) -> bool:
        """Whether somebody who asks from now on gets an answer; one of each visitor is waited for."""
        wanted = len(self.answers) + len(self.faults) + 2 * VISITORS
        return until(lambda: len(self.answers) + len(self.faults) >= wanted)


@pytest.fixture(scope="module")
def world(lab) -> World:
    further = archive.start(lab.bare("archive").machine, lab.version)
    made = World(lab.provisioned("php"), OWN[lab.version], further)
    done = made.converge()
    assert done.returncode == 0, done.stdout
    return made


@pytest.fixture(scope="module")
def sites(world) -> World:
    """One site on each series, each with a page that says what runs it."""
    for name, version in ((STAYS, world.own), (MOVES, world.further.series)):
        done = world.provision(name=name, php_version=version)
        assert done.returncode == 0, done.stdout
        page = f"/srv/www/{name}/htdocs/version.php"
        assert world.server.run(f"cat > {page} && chmod 0644 {page}", PAGE).returncode == 0
    return world


@contextmanager
def visited(world: World, name: str) -> Iterator[Seen]:
    """Visitors who ask for the page of ``name`` again and again; yields what they have seen."""
    seen, over = Seen(), threading.Event()

    def visit() -> None:
        while not over.is_set():
            try:
                answer = world.site(name).get("/version.php")
            except OSError as fault:
                seen.faults.append(str(fault))
                continue
            version = json.loads(answer.text)["version"] if answer.status == 200 else ""
            seen.answers.append((answer.status, version.rpartition(".")[0]))

    visitors = [threading.Thread(target=visit) for _ in range(VISITORS)]
    for visitor in visitors:
        visitor.start()
    try:
        assert seen.another()
        yield seen
        assert seen.another()
    finally:
        over.set()
        for visitor in visitors:
            visitor.join()


def one_line(done: Any) -> str:
    """What a run said, on one line; asserts that it failed without a traceback."""
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    return " ".join(said.split())


def test_both_series_run_and_start_at_boot(world) -> None:
    units = f"php{world.own}-fpm php{world.further.series}-fpm"
    assert world.server.run(f"systemctl is-active {units} && systemctl is-enabled {units}").returncode == 0
    listed = world.server.run(f"apt-cache policy php{world.further.series}-fpm").stdout
    assert world.further.source["uri"].rstrip("/") in listed


def test_a_second_converge_changes_nothing(world) -> None:
    again = world.converge()
    assert again.returncode == 0, again.stdout
    assert "changed=0 " in again.stdout


def test_each_site_runs_its_own_series_as_its_own_user(sites) -> None:
    stays, moves = sites.said(STAYS), sites.said(MOVES)
    assert (sites.series(STAYS), sites.series(MOVES)) == (sites.own, sites.further.series)
    assert stays["user"] != moves["user"]
    for name, version in ((STAYS, sites.own), (MOVES, sites.further.series)):
        found = sites.server.run(f"ls /etc/php/*/fpm/pool.d/site-{name}.conf").stdout.split()
        assert found == [f"/etc/php/{version}/fpm/pool.d/site-{name}.conf"]


def test_extensions_are_those_of_every_series(sites) -> None:
    for version in (sites.own, sites.further.series):
        loaded = sites.server.run(f"php{version} -m").stdout.lower().split()
        assert {"mysqli", "curl", "gd", "intl", "mbstring", "soap", "xml", "zip", "bcmath"} <= set(loaded)


def test_a_site_moves_there_and_back_and_answers_throughout(sites) -> None:
    for target in (sites.own, sites.further.series):
        left = sites.series(MOVES)
        with visited(sites, MOVES) as seen, visited(sites, STAYS) as neighbour:
            done = sites.provision(name=MOVES, php_version=target)
        assert done.returncode == 0, done.stdout
        assert seen.faults + neighbour.faults == []
        assert {status for status, _version in seen.answers} == {200}
        assert {version for _status, version in seen.answers} == {left, target}
        assert set(neighbour.answers) == {(200, sites.own)}
        assert sites.series(MOVES) == target
        assert sites.server.run(f"ls /run/php/*-{MOVES}.sock").stdout.split() == [f"/run/php/{target}-{MOVES}.sock"]


def test_a_request_that_names_no_version_leaves_the_site_where_it_is(sites) -> None:
    before = sites.series(MOVES)
    done = sites.provision(name=MOVES, hsts=True)
    assert done.returncode == 0, done.stdout
    assert sites.series(MOVES) == before


def test_a_move_that_a_killed_run_left_half_way_is_finished_by_the_next(sites) -> None:
    left = sites.series(MOVES)
    target = sites.own if left != sites.own else sites.further.series
    # What a run leaves that dies after it wrote the files: nobody was told, the marks stand.
    moved = (
        f"sed 's,{left}-{MOVES},{target}-{MOVES},' /etc/php/{left}/fpm/pool.d/site-{MOVES}.conf "
        f"> /etc/php/{target}/fpm/pool.d/site-{MOVES}.conf && rm /etc/php/{left}/fpm/pool.d/site-{MOVES}.conf && "
        f"sed -i 's,{left}-{MOVES},{target}-{MOVES},' /etc/apache2/infogere/sites/{MOVES}.conf && "
        f"for unit in php{left}-fpm php{target}-fpm apache2 nginx; do "
        "printf reload > /var/lib/infogere/pending/$unit.service; done"
    )
    assert sites.server.run(moved).returncode == 0
    with visited(sites, MOVES) as seen:
        done = sites.provision(name=MOVES, php_version=target)
    assert done.returncode == 0, done.stdout
    assert {status for status, _version in seen.answers} == {200}
    assert sites.series(MOVES) == target
    assert sites.server.run("ls -A /var/lib/infogere/pending").stdout == ""
    assert sites.server.run(f"ls /run/php/*-{MOVES}.sock").stdout.split() == [f"/run/php/{target}-{MOVES}.sock"]


def test_a_version_that_the_server_has_not_is_refused(sites) -> None:
    before = sites.series(MOVES)
    said = one_line(sites.provision(name=MOVES, php_version="5.6"))
    both = sorted((sites.own, sites.further.series), key=float, reverse=True)
    assert f"PHP 5.6 is not installed; this server has {', '.join(both)}" in said
    assert sites.series(MOVES) == before


def test_a_version_that_is_not_published_is_refused_before_anything_is_changed(sites) -> None:
    said = one_line(sites.converge(php_published_versions=[sites.own]))
    assert f"PHP {sites.further.series} is not on the published list [A-L3-4] -> choose from {sites.own}" in said


def test_a_version_that_the_archive_has_not_is_refused_and_the_next_run_heals(sites) -> None:
    said = one_line(sites.converge(php_published_versions=[sites.own, "7.3"], php_versions=[sites.own, "7.3"]))
    assert "Unable to locate package php7.3-fpm" in said
    assert sites.series(STAYS) == sites.own
    healed = sites.converge()
    assert "changed=0 " in healed.stdout, healed.stdout


def test_a_removed_site_leaves_no_pool_in_either_series(sites) -> None:
    done = sites.provision(name=MOVES, state="absent")
    assert done.returncode == 0, done.stdout
    found = sites.server.run(f"find /etc/php /run/php /etc/apache2 /etc/nginx -name '*{MOVES}*'").stdout
    assert found == ""
    assert sites.series(STAYS) == sites.own

"""The three services behind a site: what checks their configuration, and how they hear of a change."""

from __future__ import annotations

import time

from ansible_collections.infogere.hosting.plugins.module_utils._command import attempt, require
from ansible_collections.infogere.hosting.plugins.module_utils._lock import STATE_FOLDER
from ansible_collections.infogere.hosting.plugins.module_utils._pending import clear, read
from ansible_collections.infogere.hosting.plugins.module_utils._site_answers import wait_for_pool

FRONT, BACK = "nginx.service", "apache2.service"
BACK_PID = "/run/apache2/apache2.pid"
RELOAD_PATIENCE = 60  # seconds
# Seconds for Apache's processes to end after a reload; one that stays has a long request, and PHP lets that end.
HANDOVER_PATIENCE = 10
POLL = 0.02


def unit_of(version):
    """Unit of PHP ``version``."""
    return f"php{version}-fpm.service"


def units_of(*versions):
    """Units behind a site, each once: PHP of ``versions``, Apache, nginx."""
    return [*dict.fromkeys(unit_of(version) for version in versions), BACK, FRONT]


def marks(units):
    """What ``deploy`` is told to leave as pending: a run that is killed before ``tell`` is healed by the next."""
    return dict.fromkeys(units, "reload")


def checkers(units):
    """The services' own checks of their configuration, for ``deploy``."""
    php = [f"php-fpm{unit.removeprefix('php').removesuffix('-fpm.service')} -t" for unit in units if "-fpm" in unit]
    return ["nginx -t -q", "apachectl configtest", *php]


def tell(units):
    """Reload ``units`` at once (restart those that somebody marked so), and start what does not run."""
    waiting = read(STATE_FOLDER)
    restart = [unit for unit in units if waiting.get(unit) == "restart"]
    reload = [unit for unit in units if unit not in restart]
    for verb, names in (("restart", restart), ("reload-or-restart", reload)):
        if names:
            require(["systemctl", verb, *names], f"{verb} of {', '.join(names)}", timeout=RELOAD_PATIENCE)
    clear(STATE_FOLDER, units)


def move(site, version, left):
    """Tell PHP ``version``, then Apache and nginx, then the PHP versions that ``site`` left: it answers throughout.

    The new pool takes requests before Apache sends any, and the old one stays until no process of Apache knows it.
    """
    tell([unit_of(version)])
    wait_for_pool(site, version)
    knowing = _apache_processes()
    tell([BACK, FRONT])
    deadline = time.monotonic() + HANDOVER_PATIENCE
    while knowing & _apache_processes() and time.monotonic() < deadline:
        time.sleep(POLL)
    tell([unit_of(old) for old in left])


def _apache_processes():
    """Numbers of the processes that take Apache's requests."""
    try:
        with open(BACK_PID, encoding="ascii") as stream:
            _code, said = attempt(["pgrep", "--parent", stream.read().strip()])
    except FileNotFoundError:
        return set()
    return set(said.split())

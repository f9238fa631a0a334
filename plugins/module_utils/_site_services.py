"""The three services behind a site: what checks their configuration, and how they hear of a change."""

from __future__ import annotations

from ansible_collections.infogere.hosting.plugins.module_utils._command import require
from ansible_collections.infogere.hosting.plugins.module_utils._lock import STATE_FOLDER
from ansible_collections.infogere.hosting.plugins.module_utils._pending import clear, read

FRONT, BACK = "nginx.service", "apache2.service"
RELOAD_PATIENCE = 60  # seconds


def units_of(*versions):
    """Units behind a site, each once: PHP of all ``versions`` (the one that is left last), Apache, nginx.

    Two versions never share the pool's socket: the old one lets go of it before the new one takes it.
    """
    wanted, *left = dict.fromkeys(versions)
    return [*(_fpm(version) for version in left), _fpm(wanted), BACK, FRONT]


def marks(units):
    """What ``deploy`` is told to leave as pending: a run that is killed before ``tell`` is healed by the next."""
    return dict.fromkeys(units, "reload")


def checkers(units):
    """The services' own checks of their configuration, for ``deploy``."""
    php = [f"php-fpm{unit.removeprefix('php').removesuffix('-fpm.service')} -t" for unit in units if "-fpm" in unit]
    return ["nginx -t -q", "apachectl configtest", *php]


def tell(units):
    """Reload ``units`` (restart those that somebody marked so), and start what does not run.

    PHP versions that a site leaves come first, one by one; the last three at once, which costs the slowest of them.
    """
    waiting = read(STATE_FOLDER)
    *left, wanted, back, front = units
    for group in (*([unit] for unit in left), [wanted, back, front]):
        restart = [unit for unit in group if waiting.get(unit) == "restart"]
        reload = [unit for unit in group if unit not in restart]
        for verb, names in (("restart", restart), ("reload-or-restart", reload)):
            if names:
                require(["systemctl", verb, *names], f"{verb} of {', '.join(names)}", timeout=RELOAD_PATIENCE)
    clear(STATE_FOLDER, units)


def _fpm(version):
    return f"php{version}-fpm.service"

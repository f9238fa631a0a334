"""A visitor, and two sites of two customers, one of whom is hostile."""

from __future__ import annotations

import base64
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from client import Client

SITES = ("alpha.test", "beta.test")


@dataclass(frozen=True)
class Site:
    """One site of the server under test.

    ``put`` writes a file as the site's own user would, through FTP or PHP; ``run`` runs a command as that user.
    ``socket`` is where its PHP pool listens.
    """

    host: Any
    domain: str
    user: str
    socket: str

    @property
    def docroot(self) -> str:
        return f"/srv/www/{self.domain}/htdocs"

    def run(self, command: str) -> None:
        inner = shlex.quote(f"cd {self.docroot} && {command}")
        user = shlex.quote(self.user)
        result = self.host.run(f"setpriv --reuid {user} --regid {user} --clear-groups sh -c {inner}")
        assert result.rc == 0, result.stderr

    def put(self, path: str, content: str) -> None:
        encoded = base64.b64encode(content.encode()).decode()
        self.run(f"mkdir -p $(dirname {path}) && echo {encoded} | base64 -d > {path}")


@pytest.fixture(scope="module")
def visitor(host) -> Client:
    return Client(host.check_output("hostname -I").split()[0])


@pytest.fixture(scope="module")
def sites(host) -> Iterator[tuple[Site, Site]]:
    """alpha.test (HTTPS forced) and beta.test, made by the scenario's converge."""
    made = []
    for domain in SITES:
        pool = host.run(f"cat /etc/php/*/fpm/pool.d/site-{domain}.conf")
        assert pool.rc == 0, f"the scenario did not make {domain}"
        settings = dict(line.split(" = ", 1) for line in pool.stdout.splitlines() if " = " in line)
        made.append(Site(host, domain, settings["user"], settings["listen"]))
    for site in made:
        site.put("test/who.php", "<?php echo posix_getpwuid(posix_geteuid())['name'];")
        site.put("test/server.php", "<?php echo json_encode($_SERVER);")
        site.put("test/read.php", "<?php echo @file_get_contents($_GET['f']);")
        site.put("test/note.txt", f"a note of {site.domain}")
        site.put("test/style.css", f"/* style of {site.domain} */")
    yield made[0], made[1]
    for site in made:
        site.run("rm -rf test")

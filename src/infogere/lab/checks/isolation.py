"""One customer's code cannot read another's files."""

from __future__ import annotations

import json

from infogere.lab.checks.registry import check, expect
from infogere.lab.subject import Subject

# A neighbour's page that tries the ways that PHP has.
INTRUDER = """<?php
error_reporting(0);
$target = '{target}';
$found = ['read' => file_get_contents($target), 'list' => scandir(dirname($target))];
$found['run'] = function_exists('shell_exec') ? shell_exec('cat ' . escapeshellarg($target)) : false;
echo json_encode($found);
"""
LINK = "borrowed.txt"


def _intrude(subject: Subject, target: str) -> dict[str, object]:
    with subject.ftp(subject.neighbour) as client:
        client.put("htdocs/intruder.php", INTRUDER.replace("{target}", target).encode())
    answer = subject.web(subject.neighbour.domain).get("/intruder.php")
    expect(answer.status == 200, f"the neighbour's own page gives HTTP {answer.status}")
    found: dict[str, object] = json.loads(answer.text)
    return found


@check("A neighbour's PHP reads nothing of the site", "A-L3-6")
def php_isolation(subject: Subject) -> str:
    found = _intrude(subject, f"/srv/www/{subject.site.domain}/htdocs/proof.php")
    got = [way for way, what in found.items() if what]
    expect(not got, f"it got through by: {', '.join(got)}")
    return f"{len(found)} ways refused"


@check("A neighbour's link to the site is not served", "A-L3-6")
def link_isolation(subject: Subject) -> str:
    # The link is made as the neighbour's own user, where PHP was not let to.
    home = f"/srv/www/{subject.neighbour.domain}"
    target = f"/srv/www/{subject.site.domain}/htdocs/proof.css"
    made = subject.server.run(
        f"user=$(stat -c %U {home}/private) && "
        f"setpriv --reuid $user --regid $user --init-groups ln -sfn {target} {home}/htdocs/{LINK} && "
        f"test -L {home}/htdocs/{LINK}"
    )
    expect(made.returncode == 0, f"the link could not be made: {made.stderr.strip()}")
    answer = subject.web(subject.neighbour.domain).get(f"/{LINK}")
    expect(answer.status in (403, 404), f"HTTP {answer.status} with {len(answer.body)} bytes")
    return f"HTTP {answer.status}"

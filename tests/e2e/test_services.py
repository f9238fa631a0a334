"""A customer's site ordered by request, then every service proved by a real client: what bin/demo shows."""

from __future__ import annotations

import pytest

from infogere.lab.checks import CHECKS
from infogere.lab.subject import NEIGHBOUR, SHOP, Subject

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def subject(server):
    for site in (SHOP, NEIGHBOUR):
        for request in site.requests(server.name):
            done = server.playbook("infogere.hosting.provision", {"request": request})
            assert done.returncode == 0, done.stdout
    return Subject(server.machine, server.state_dir)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_service(subject, check):
    assert check.look(subject)

"""Both Debians, from bare to the whole stack, and a second converge that changes nothing.

These are the images that the later phases start their servers from; an image that is there already, from the
same roles, was made by this very converge.
"""

from __future__ import annotations

import time

import pytest

from infogere.lab import inventory, plays, progress, provisioned, servers

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module", params=["12", "13"], ids=["debian12", "debian13"])
def made(request):
    version = request.param
    phases = progress.Phases()
    with phases.phase(f"Debian {version}: from bare to the whole stack"):
        result = provisioned.ensure(version, progress.log_file(f"provision-debian{version}"), phases.detail)
    return version, result


def test_a_bare_server_converges(made):
    _version, result = made
    assert result.outcome is None or result.outcome.succeeded


def test_a_second_converge_changes_nothing(made):
    version, _result = made
    server = provisioned.up(f"again{version}", version)
    started = time.monotonic()
    try:
        outcome = plays.play(
            provisioned.PLAYBOOK,
            inventory.path(server.name),
            progress.log_file(f"again-debian{version}"),
            state_dir=provisioned.state_dir(),
        )
    finally:
        servers.down(server.name)
    print(f"second converge of Debian {version}: {time.monotonic() - started:.1f} s")
    assert outcome.succeeded, outcome.fault
    assert outcome.changed == 0

"""What several of these files share."""

from __future__ import annotations

import pytest

from doubles.update_bench import Bench


@pytest.fixture(scope="module")
def bare_bench(lab):
    return Bench.on(lab.bare("patch"))


@pytest.fixture
def bench(bare_bench):
    """Each test begins and ends with nothing of its own installed and the daemon as it was."""
    yield bare_bench
    bare_bench.clear()

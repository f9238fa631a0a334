"""Each molecule scenario on both Debians: converge, converge again without a change, look at the result."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.lab

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = sorted(path.parent.name for path in ROOT.glob("molecule/*/converge.yml"))


def molecule(action: str, scenario: str) -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "molecule"), action, "--scenario-name", scenario],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-12000:]}\n{done.stderr[-4000:]}"


def environment() -> dict[str, str]:
    from infogere.lab import plays

    return {**plays.environment(), "MOLECULE_GLOB": "molecule/*/molecule.yml", "NO_COLOR": "1"}


@pytest.fixture(scope="module", autouse=True)
def no_old_servers():
    """Servers that an interrupted run left may hold older roles; each scenario starts and removes its own."""
    molecule("destroy", "default")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario(scenario):
    molecule("test", scenario)

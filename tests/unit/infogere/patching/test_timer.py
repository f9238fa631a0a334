"""Units for the controller, as systemd itself reads them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from infogere.errors import InfogereError
from infogere.patching.timer import Schedule, units

pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not on this machine")


def schedule(run_on: str = "Tue 10:00", limit: str = "web*") -> Schedule:
    return Schedule("Mon 14:00", run_on, limit, Path("/bin/true"), Path("/"), "root")


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    made = units(schedule())
    assert sorted(made) == [
        "infogere-patch-plan.service",
        "infogere-patch-plan.timer",
        "infogere-patch-run.service",
        "infogere-patch-run.timer",
    ]
    for name, text in made.items():
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", *sorted(str(tmp_path / name) for name in made)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "infogere-patch" not in done.stderr, done.stderr
    assert "OnCalendar=Tue 10:00\nPersistent=false\n" in made["infogere-patch-run.timer"]
    assert "ExecStart=/bin/true patch run --reason timer --limit 'web*'\n" in made["infogere-patch-run.service"]


@pytest.mark.parametrize(
    ("run_on", "limit"),
    [("Someday", ""), ("Tue 10:00\nOnBootSec=1", ""), ("Tue 10:00", "web%i"), ("Tue 10:00", "a\nb")],
)
def test_what_systemd_would_misread_is_refused(run_on: str, limit: str) -> None:
    with pytest.raises(InfogereError):
        units(schedule(run_on, limit))

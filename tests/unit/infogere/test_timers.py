"""Units for the controller, as systemd itself reads them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from infogere.errors import InfogereError
from infogere.timers import Job, Place, calendar_event, units

needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not on this machine")
PLACE = Place(Path("/bin/true"), Path("/"), "root")
JOB = Job("x", "Do it", ("patch", "run", "--limit", "web*"), "Tue 10:00", catch_up=False)


@needs_systemd
@pytest.mark.parametrize("confined", [True, False])
def test_systemd_takes_the_units(tmp_path: Path, confined: bool) -> None:
    made = units(Job("x", "Do it", JOB.arguments, "*-*-* 00:05:00 UTC", catch_up=True, confined=confined), PLACE)
    assert sorted(made) == ["infogere-x.service", "infogere-x.timer"]
    for name, text in made.items():
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", *sorted(str(tmp_path / name) for name in made)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "infogere-x" not in done.stderr, done.stderr


def test_what_the_units_say() -> None:
    made = units(JOB, PLACE)
    assert "OnCalendar=Tue 10:00\nPersistent=false\n" in made["infogere-x.timer"]
    assert "ExecStart=/bin/true patch run --limit 'web*'\n" in made["infogere-x.service"]
    assert "ProtectSystem=full\n" in made["infogere-x.service"]


def test_behind_sudo_it_runs_as_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "ops")
    assert Place.here(Path("/fleet")).user == "ops"


@needs_systemd
@pytest.mark.parametrize("event", ["Someday", "Tue 10:00\nOnBootSec=1"])
def test_a_time_that_systemd_would_misread_is_refused(event: str) -> None:
    with pytest.raises(InfogereError, match="systemd knows no time"):
        calendar_event(event)


@pytest.mark.parametrize("limit", ["web%i", "a\nb"])
def test_a_value_that_systemd_would_misread_is_refused(limit: str) -> None:
    with pytest.raises(InfogereError, match="cannot stand in a systemd unit"):
        units(Job("x", "Do it", ("--limit", limit), "daily", catch_up=False), PLACE)

"""systemd units for the controller: when plans are made, and when they are run.

The timers only knock; the gate of the playbook decides, so that holidays, discouraged periods and isolated servers need
no second copy here. Nothing is caught up: a missed window is missed (A-L3-24).
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

from infogere.errors import InfogereError

_UNIT_TEXT = re.compile(r"^[^\x00-\x1f%]+$")


@dataclass(frozen=True)
class Schedule:
    """When and for whom.

    Attributes:
        plan_on, run_on: calendar events of systemd, e.g. ``Mon 14:00``, in the controller's zone.
        limit: pattern of servers; empty: all.
        program: the command ``infogere``.
        folder: where it is started; its ``ansible.cfg`` names inventory and record.
        user: who runs it.
    """

    plan_on: str
    run_on: str
    limit: str
    program: Path
    folder: Path
    user: str


def units(schedule: Schedule) -> dict[str, str]:
    """``{file name: text}`` of two services and their timers.

    Raises:
        InfogereError: systemd does not understand a time, or a value cannot stand in a unit.
    """
    for value in (schedule.limit or "all", str(schedule.program), str(schedule.folder), schedule.user):
        if not _UNIT_TEXT.match(value):
            raise InfogereError(
                f"{value!r} cannot stand in a systemd unit", way_out="leave out % and control characters"
            )
    limit = f" --limit {shlex.quote(schedule.limit)}" if schedule.limit else ""
    program = shlex.quote(str(schedule.program))
    return {
        **_pair("plan", "Plan updates", schedule.plan_on, f"{program} patch plan{limit}", schedule),
        **_pair(
            "run", "Apply planned updates", schedule.run_on, f"{program} patch run --reason timer{limit}", schedule
        ),
    }


def _pair(name: str, what: str, event: str, command: str, schedule: Schedule) -> dict[str, str]:
    _require_calendar_event(event)
    service = (
        f"[Unit]\nDescription={what} (infogere)\nWants=network-online.target\nAfter=network-online.target\n\n"
        f"[Service]\nType=oneshot\nUser={schedule.user}\nWorkingDirectory={schedule.folder}\nExecStart={command}\n"
    )
    # Persistent: a controller that was off does not patch at nine in the morning what was due at night.
    timer = (
        f"[Unit]\nDescription={what} (infogere)\n\n"
        f"[Timer]\nOnCalendar={event}\nPersistent=false\nAccuracySec=1s\n\n[Install]\nWantedBy=timers.target\n"
    )
    return {f"infogere-patch-{name}.service": service, f"infogere-patch-{name}.timer": timer}


def _require_calendar_event(event: str) -> None:
    try:
        done = subprocess.run(
            ["systemd-analyze", "calendar", "--", event],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except FileNotFoundError:
        raise InfogereError("systemd is not on this machine", way_out="schedule the two commands otherwise") from None
    if done.returncode or not _UNIT_TEXT.match(event):
        raise InfogereError(f"systemd knows no time {event!r}", way_out='write it as in: --run-on "Tue 10:00"')

"""systemd units for the controller: what its commands do by themselves, and when.

A timer only knocks. Whether something may or must be done is decided by the command, so nothing of the contract has a
second copy here.
"""

from __future__ import annotations

import getpass
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from infogere.errors import InfogereError

_UNIT_TEXT = re.compile(r"^[^\x00-\x1f%]+$")
# For commands that write nothing outside the state folder.
_CONFINED = "NoNewPrivileges=yes\nPrivateTmp=yes\nProtectSystem=full\n"


@dataclass(frozen=True)
class Place:
    """Where and as whom a command runs.

    Attributes:
        program: the command ``infogere``.
        folder: where it is started; its ``ansible.cfg`` names inventory and record.
        user: who runs it.
    """

    program: Path
    folder: Path
    user: str

    @classmethod
    def here(cls, folder: Path) -> Place:
        """This program, for whoever calls it, also behind sudo."""
        beside = Path(sys.executable).with_name("infogere")
        program = beside if beside.exists() else Path(shutil.which("infogere") or beside)
        return cls(program, folder, os.environ.get("SUDO_USER") or getpass.getuser())


@dataclass(frozen=True)
class Job:
    """One command and its timer.

    Attributes:
        name: of the units, after ``infogere-``.
        what: what it does, for ``systemctl list-timers``.
        arguments: of ``infogere``.
        event: calendar event of systemd, e.g. ``Mon 14:00``; in the controller's zone unless it names one.
        catch_up: whether a run that was missed, because the controller was off, is made up for.
        confined: whether the command gets by without writing to the system's folders.
    """

    name: str
    what: str
    arguments: tuple[str, ...]
    event: str
    catch_up: bool
    confined: bool = True


def units(job: Job, place: Place) -> dict[str, str]:
    """``{file name: text}`` of a service and its timer.

    Raises:
        InfogereError: a value cannot stand in a unit.
    """
    for value in (job.event, *job.arguments, str(place.program), str(place.folder), place.user):
        if not _UNIT_TEXT.match(value):
            raise InfogereError(
                f"{value!r} cannot stand in a systemd unit", way_out="leave out % and control characters"
            )
    command = shlex.join((str(place.program), *job.arguments))
    service = (
        f"[Unit]\nDescription={job.what} (infogere)\n"
        "Wants=network-online.target\nAfter=network-online.target time-sync.target\n\n"
        f"[Service]\nType=oneshot\nUser={place.user}\nWorkingDirectory={place.folder}\nExecStart={command}\n"
    )
    timer = (
        f"[Unit]\nDescription={job.what} (infogere)\n\n"
        f"[Timer]\nOnCalendar={job.event}\nPersistent={str(job.catch_up).lower()}\nAccuracySec=1s\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )
    return {
        f"infogere-{job.name}.service": service + (_CONFINED if job.confined else ""),
        f"infogere-{job.name}.timer": timer,
    }


def calendar_event(event: str) -> str:
    """The same text, if systemd understands it as a calendar event; InfogereError otherwise."""
    try:
        done = subprocess.run(
            ["systemd-analyze", "calendar", "--", event],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except FileNotFoundError:
        raise InfogereError("systemd is not on this machine", way_out="schedule the command otherwise") from None
    if done.returncode or not _UNIT_TEXT.match(event):
        raise InfogereError(
            f"systemd knows no time {event!r}", way_out='write it like "Tue 10:00"; see man systemd.time'
        )
    return event

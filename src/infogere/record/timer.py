"""systemd units that close each day of the record, also on days when nothing happens."""

from __future__ import annotations

import getpass
import os
import shutil
import sys
from pathlib import Path
from string import Template

_SERVICE = Template("""\
[Unit]
Description=Close the day in the SLA record
After=network-online.target time-sync.target
Wants=network-online.target

[Service]
Type=oneshot
User=$user
WorkingDirectory=$folder
ExecStart=$program record checkpoint --days
NoNewPrivileges=yes
PrivateTmp=yes
ProtectSystem=full
""")

_TIMER = """\
[Unit]
Description=Close each day in the SLA record

[Timer]
# Days of the record are UTC days. A day that was missed is closed late, and says so.
OnCalendar=*-*-* 00:05:00 UTC
Persistent=true

[Install]
WantedBy=timers.target
"""


def units(*, folder: Path, user: str | None = None) -> dict[str, str]:
    """File name -> text of the service and its timer.

    Args:
        folder: where the fleet's ``ansible.cfg`` is.
        user: whose record it is; None: whoever calls, also behind sudo.
    """
    program = shutil.which("infogere") or str(Path(sys.executable).with_name("infogere"))
    values = {"folder": folder, "user": user or os.environ.get("SUDO_USER") or getpass.getuser(), "program": program}
    return {"infogere-checkpoint.service": _SERVICE.substitute(values), "infogere-checkpoint.timer": _TIMER}

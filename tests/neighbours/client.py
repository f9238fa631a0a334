"""A client elsewhere on the network: the lab's real clients, run on a test server that has an address of its own."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import infogere
from neighbours import logins
from neighbours.shell import said

# What the clients consist of, beside Python's standard library.
SHIPPED = ("__init__.py", "errors.py", "lab/__init__.py", "lab/clients")
PROGRAM = "/root/clients.zip"


@dataclass(frozen=True)
class Client:
    """Somebody at the address of ``machine`` who uses the services of ``target``."""

    machine: Any
    target: Any

    def login(self, service: str, user: str, password: str, times: int = 1) -> set[str]:
        """Try to log in, ``times`` at once; what came of it, see ``logins.attempt``."""
        where = {"address": self.target.address, "name": self.target.name, "ca": "/root/ca.pem"}
        asked = json.dumps({"service": service, "user": user, "password": password, "times": times, **where})
        return set(said(self.machine, f"python3 {PROGRAM}", asked).splitlines())


def start(machine: Any, target: Any) -> Client:
    """Put the clients on a bare Debian."""
    root = Path(infogere.__file__).parent
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.write(logins.__file__, "__main__.py")
        for name in SHIPPED:
            path = root / name
            for file in [path] if path.is_file() else sorted(path.glob("*.py")):
                archive.write(file, f"infogere/{file.relative_to(root)}")
    said(machine, f"base64 -d > {PROGRAM}", base64.b64encode(whole.getvalue()).decode())
    said(machine, "cat > /root/ca.pem", target.ca.read_text(encoding="ascii"))
    return Client(machine, target)

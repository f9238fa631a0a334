"""Start a playbook of ours the way an administrator would, from a command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infogere.errors import InfogereError


def run(
    name: str,
    *,
    inventory: list[str] | None = None,
    limit: str | None = None,
    variables: Mapping[str, Any] | None = None,
    check: bool = False,
) -> int:
    """``ansible-playbook infogere.hosting.NAME``; its exit code. What it says goes to standard error.

    Args:
        variables: extra variables; they travel in a file of their own, not on the command line.
    """
    program = Path(sys.executable).with_name("ansible-playbook")
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as extra:
        json.dump(dict(variables or {}), extra)
        extra.flush()
        command = [str(program), "--extra-vars", f"@{extra.name}"]
        command += [option for path in inventory or () for option in ("--inventory", path)]
        command += ["--limit", limit] if limit else []
        command += ["--check", "--diff"] if check else []
        path = f"{program.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        try:
            done = subprocess.run(
                [*command, f"infogere.hosting.{name}"],
                stdin=subprocess.DEVNULL,
                stdout=sys.stderr.fileno(),
                env={**os.environ, "PATH": path},
                check=False,
            )
        except FileNotFoundError:
            raise InfogereError(
                f"{program} is not there", way_out="install infogere with pip, or run bin/setup"
            ) from None
    return done.returncode

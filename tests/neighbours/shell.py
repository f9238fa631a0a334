"""How a test talks to the servers beside the one under test."""

from __future__ import annotations

from typing import Any


def said(machine: Any, command: str, data: str | None = None) -> str:
    """What a shell command on ``machine`` printed; a test that needs it ends here if it fails."""
    done = machine.run(command, data)
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return str(done.stdout)

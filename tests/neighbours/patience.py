"""Wait for what becomes true in its own time: a reload that is heard, a line that is written, a ban."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 120  # seconds; one is usual
POLL = 0.1


def until(condition: Callable[[], object], patience: float = PATIENCE) -> bool:
    """Whether ``condition`` holds within ``patience`` seconds; it is asked once at least."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL)
    return True

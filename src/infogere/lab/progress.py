"""Show what runs and for how long: one line per phase, moving on a terminal, repeated in a log."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from infogere.lab import checkout

LOG_WIDTH = 150  # characters
LOG_INTERVAL = 10.0  # seconds between lines where the line cannot move; never a silent minute


def screen() -> Console:
    """Standard output; a log is as wide as the tables need."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=LOG_WIDTH)


@dataclass(frozen=True)
class Phase:
    """One finished phase: its title, its duration in seconds, whether it succeeded."""

    title: str
    seconds: float
    succeeded: bool


class Phases:
    """The phases of one command, in order."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or screen()
        self.finished: list[Phase] = []
        self._detail = ""

    @contextmanager
    def phase(self, title: str) -> Iterator[Phases]:
        """Show ``title`` with the elapsed time until the block ends."""
        started = time.monotonic()
        self._detail = ""
        ended = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(title, started, ended), daemon=True)
        watcher.start()
        succeeded = False
        try:
            yield self
            succeeded = True
        finally:
            ended.set()
            watcher.join()
            seconds = time.monotonic() - started
            self.finished.append(Phase(title, seconds, succeeded))
            mark = "[green]done[/]  " if succeeded else "[red]failed[/]"
            self.console.print(f"  {mark} {title} ({seconds:.1f} s)", soft_wrap=True)

    def detail(self, text: str) -> None:
        """Say what the current phase is doing."""
        self._detail = text

    def _watch(self, title: str, started: float, ended: threading.Event) -> None:
        if self.console.is_terminal:
            with self.console.status("") as status:
                while not ended.wait(0.2):
                    status.update(self._line(title, started))
            return
        while not ended.wait(LOG_INTERVAL):
            self.console.print(f"  ...    {self._line(title, started)}", soft_wrap=True)

    def _line(self, title: str, started: float) -> str:
        detail = f": {self._detail}" if self._detail else ""
        return f"{title} {time.monotonic() - started:.0f} s{detail}"


def log_file(name: str) -> Path:
    """An empty log of this name under ``.infogere/logs``."""
    path = checkout.private_folder("logs") / f"{name}.log"
    path.write_bytes(b"")
    return path

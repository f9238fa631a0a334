"""Run a playbook of ours as an administrator would, and show how it goes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infogere.errors import InfogereError
from infogere.lab import checkout

Event = Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        succeeded: every server reached the end.
        tasks: tasks that ran, over all servers.
        changed: tasks that changed something, over all servers.
        fault: the first failure as one line: server, task, message; empty if there was none.
        log: what ``ansible-playbook`` said.
    """

    succeeded: bool
    tasks: int
    changed: int
    fault: str
    log: Path

    def require(self, what: str) -> Outcome:
        """This outcome, if it is a success; else raise the one line that explains it."""
        if not self.succeeded:
            raise InfogereError(f"{what}: {self.fault or 'it ended early'}", way_out=f"the whole run is in {self.log}")
        return self


@dataclass
class _Watcher:
    on_task: Callable[[str], None]
    fault: str = ""
    hosts: dict[str, dict[str, int]] = field(default_factory=dict)

    def see(self, event: Event) -> None:
        if event["kind"] == "task":
            self.on_task(event["name"])
        elif event["kind"] == "stats":
            self.hosts = event["hosts"]
        elif not self.fault:
            message = " ".join(str(event["message"]).split())
            self.fault = f"{event['host']}: {event['task']}: {message}"


def environment(state_dir: Path | None = None) -> dict[str, str]:
    """This process' environment with the checkout's ``ansible.cfg`` and tools.

    ``state_dir`` keeps record, CA and secrets apart from those that ``ansible.cfg`` names.
    """
    settings = {
        "ANSIBLE_CONFIG": str(checkout.root() / "ansible.cfg"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}",
        "LC_ALL": "C.UTF-8",  # Ansible refuses to start where the characters are not UTF-8
    }
    if state_dir:
        settings["INFOGERE_STATE_DIR"] = str(state_dir)
    return {**os.environ, **settings}


def command(playbook: str, inventory: Path, extra_vars: Path | None = None, options: Sequence[str] = ()) -> list[str]:
    """Argument list of ``ansible-playbook``; ``extra_vars`` is a JSON file."""
    variables = ["--extra-vars", f"@{extra_vars}"] if extra_vars else []
    return ["ansible-playbook", "--inventory", str(inventory), *variables, *options, playbook]


def play(
    playbook: str,
    inventory: Path,
    log: Path,
    *,
    extra_vars: Mapping[str, Any] | None = None,
    options: Sequence[str] = (),
    state_dir: Path | None = None,
    on_task: Callable[[str], None] = lambda _name: None,
) -> Outcome:
    """Run ``playbook`` (e.g. ``infogere.hosting.site``); its output goes to ``log``, task names to ``on_task``."""
    watcher = _Watcher(on_task)
    reading, writing = os.pipe()
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as variables, log.open("ab") as output:
        json.dump(dict(extra_vars or {}), variables)
        variables.flush()
        process = subprocess.Popen(
            command(playbook, inventory, Path(variables.name), options),
            env={
                **environment(state_dir),
                "ANSIBLE_CALLBACKS_ENABLED": "infogere.hosting.progress",
                "INFOGERE_PROGRESS_FD": str(writing),
                "ANSIBLE_NOCOLOR": "1",
            },
            cwd=checkout.root(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=[writing],
        )
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as events:
            for line in events:
                event = json.loads(line)
                watcher.see(event)
                if event["kind"] == "stats":
                    break  # a connection kept open by ssh may hold the other end long after
        succeeded = process.wait() == 0
    counts = watcher.hosts.values()
    return Outcome(
        succeeded=succeeded,
        tasks=sum(host["ok"] + host["failures"] for host in counts),
        changed=sum(host["changed"] for host in counts),
        fault=watcher.fault or _last_error(log),
        log=log,
    )


def _last_error(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    errors = [line for line in lines if line.startswith(("ERROR", "[ERROR]"))]
    return errors[-1] if errors else ""

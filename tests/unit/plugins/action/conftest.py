"""Plays of a test's own, run by a real ``ansible-playbook`` on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[4]
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")


@pytest.fixture
def playground(tmp_path):
    """Write files, then run a play of these tasks on this machine; gives all that it said, on one line."""

    def run(files, tasks, options=(), config=""):
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False))
        plays = [{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": list(tasks)}]
        (tmp_path / "play.yml").write_text(yaml.safe_dump(plays, sort_keys=False))
        (tmp_path / "ansible.cfg").write_text(f"[defaults]\n{config}")
        done = subprocess.run(
            [PLAYBOOK, "-i", "localhost,", *options, "play.yml"],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={
                **os.environ,
                "ANSIBLE_CONFIG": str(tmp_path / "ansible.cfg"),
                "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
                "ANSIBLE_NOCOLOR": "1",
            },
        )
        return " ".join((done.stdout + done.stderr).split())

    return run

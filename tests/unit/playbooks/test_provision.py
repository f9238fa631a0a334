"""Requests that the contract refuses: decided before any server is reached."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.programs

ROOT = Path(__file__).parents[3]
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
SERVER = "web1.example.net"


def provision(folder, level, **variables):
    """A request for a site on a server that does not answer: exit code, and what was said, on one line."""
    form = {"id": "OF-1", "customer": "someone", "level": level}
    form["contacts"] = [{"name": "Ada", "phone": "+33 1 00 00 00 00", "mail": "ada@example.com"}]
    host = {"ansible_host": "127.0.0.1", "ansible_port": 1, "order_form": form}
    inventory = {"all": {"children": {f"level_{level}": {"hosts": {SERVER: host}}}}}
    (folder / "hosts.yml").write_text(yaml.safe_dump(inventory))
    request = {"kind": "vhost", "server": SERVER, "name": "shop.example.com"}
    done = subprocess.run(
        [
            PLAYBOOK,
            "-i",
            "hosts.yml",
            "-e",
            json.dumps({"request": request, **variables}),
            "infogere.hosting.provision",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
            "ANSIBLE_NOCOLOR": "1",
            "INFOGERE_STATE_DIR": str(folder),
        },
    )
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def test_a_refused_request_fails(tmp_path):
    code, said = provision(tmp_path, "supervision")
    assert "provision-vhost is refused [A-L4-6]" in said
    assert code == 2
    assert "Record the beginning" not in said


def test_a_refusal_that_is_told_to_pass_is_a_warning(tmp_path):
    code, said = provision(tmp_path, "supervision", gate_strict=False)
    assert f"[WARNING]: {SERVER}: provision-vhost is refused [A-L4-6]" in said
    assert code == 0


def test_an_allowed_request_reaches_for_the_server(tmp_path):
    code, said = provision(tmp_path, "custom")
    assert f"{SERVER} does not answer: " in said
    assert code == 2

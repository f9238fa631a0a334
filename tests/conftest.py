"""Test servers for every test that asks for one; only tests marked ``lab`` may.

``server`` is shared by a whole session and has the stack running; ``fresh_server`` is a bare Debian of its own; ``lab``
starts more servers where a test needs two that meet. ``--debian 13`` chooses the other Debian.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# How long an example takes says something about the machine, not about the code. The examples are the same in every
# run, so that a run says something about the change under test; --hypothesis-profile=search looks for others.
settings.register_profile("infogere", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile("infogere")

# What programs say must not depend on who runs the tests; Ansible refuses to start without UTF-8.
os.environ["LC_ALL"] = "C.UTF-8"
os.umask(0o022)
# aiosmtpd's name for the seconds that its server may take to start.
os.environ.setdefault("AIOSMTPD_CONTROLLER_TIMEOUT", "120")

# A pytest-xdist worker is given its parent's path besides its own; Ansible refuses a collection that it finds twice.
sys.path[:] = dict.fromkeys(sys.path)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--debian", default="12", choices=["12", "13"], help="Debian of the test servers")


@dataclass(frozen=True)
class LabServer:
    """A test server as a test uses it.

    Attributes:
        name: what it calls itself, and its name in the inventory.
        address: where it is reached.
        ssh_key: private key that logs in as root.
        inventory: an inventory of this server alone.
        state_dir: the controller's record, CA and secrets during tests.
        machine: the lab's own view of it.
    """

    name: str
    address: str
    ssh_key: Path
    inventory: Path
    state_dir: Path
    machine: Any

    @property
    def ca(self) -> Path:
        """Certificate of the CA that the server's certificates chain to."""
        from infogere.pki.paths import ca_path

        return ca_path(self.state_dir)

    def run(self, command: str, data: str | None = None) -> subprocess.CompletedProcess[str]:
        """A shell command on the server, over SSH."""
        return self.machine.run(command, data)

    def playbook(
        self, name: str, extra_vars: Mapping[str, Any] | None = None, *options: str
    ) -> subprocess.CompletedProcess[str]:
        """``ansible-playbook`` on this server; ``name`` is a file or like ``infogere.hosting.site``."""
        import json

        from infogere.lab import plays

        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as variables:
            json.dump(dict(extra_vars or {}), variables)
            variables.flush()
            return subprocess.run(
                plays.command(name, self.inventory, Path(variables.name), options),
                env=plays.environment(self.state_dir),
                capture_output=True,
                text=True,
                check=False,
            )


def _lab_server(machine: Any) -> LabServer:
    from infogere.lab import inventory, provisioned

    return LabServer(
        name=machine.host_name,
        address=machine.address,
        ssh_key=machine.ssh_key,
        inventory=inventory.write(machine.name, machine),
        state_dir=provisioned.state_dir(),
        machine=machine,
    )


def _phase() -> str:
    """Start of a shared server's name: phases that run at the same time have each their own."""
    return os.environ.get("INFOGERE_TEST_PHASE", "test").rstrip("0123456789")


@pytest.fixture(scope="session")
def server(pytestconfig: pytest.Config) -> Iterator[LabServer]:
    """A server with the whole stack running, started from a provisioned image; one for the session."""
    from infogere.lab import provisioned, servers

    version = pytestconfig.getoption("--debian")
    name = f"{_phase()}{version}"
    servers.down(name)
    yield _lab_server(provisioned.up(name, version))
    servers.down(name)


@pytest.fixture
def spare_server(pytestconfig: pytest.Config) -> Iterator[LabServer]:
    """A server with the whole stack running that a test may break or switch off; gone after it."""
    from infogere.lab import provisioned, servers

    version = pytestconfig.getoption("--debian")
    name = f"spare-{_phase()}{version}"
    servers.down(name)
    yield _lab_server(provisioned.up(name, version))
    servers.down(name)


@pytest.fixture
def fresh_server(pytestconfig: pytest.Config) -> Iterator[LabServer]:
    """A bare Debian, gone after the test."""
    from infogere.lab import images, progress, servers

    version = pytestconfig.getoption("--debian")
    name = f"fresh-{_phase()}{version}"
    servers.down(name)
    image = images.bare(version, progress.log_file(f"image-debian{version}"))
    yield _lab_server(servers.up(name, image))
    servers.down(name)


@dataclass(frozen=True)
class Lab:
    """Starts the servers that one test file asks for.

    Attributes:
        version: the Debian under test.
        started: names of the servers that were asked for.
    """

    version: str
    started: list[str]

    def provisioned(self, name: str) -> LabServer:
        """A server with the whole stack running, of the Debian under test."""
        from infogere.lab import provisioned

        return _lab_server(provisioned.up(self._renewed(name), self.version))

    def bare(self, name: str, version: str = "") -> LabServer:
        """A bare Debian, of the version under test or another."""
        from infogere.lab import images, progress, servers

        chosen = version or self.version
        image = images.bare(chosen, progress.log_file(f"image-debian{chosen}"))
        return _lab_server(servers.up(self._renewed(name), image))

    def _renewed(self, name: str) -> str:
        from infogere.lab import servers

        full = f"{name}-{self.version}"
        servers.down(full)
        self.started.append(full)
        return full


@pytest.fixture(scope="module")
def lab(pytestconfig: pytest.Config) -> Iterator[Lab]:
    """Servers of one test file: ``lab.provisioned("web")``, ``lab.bare("client")``; gone after its last test."""
    from infogere.lab import servers

    made = Lab(pytestconfig.getoption("--debian"), [])
    yield made
    if made.started:
        servers.down(*made.started)

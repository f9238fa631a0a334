"""What ``pip install .`` delivers, in an empty virtual environment and from an unrelated folder."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from infogere import __version__

ROOT = Path(__file__).resolve().parents[2]


def call(*command: str | Path, cwd: Path, **environment: str) -> str:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("ANSIBLE_", "INFOGERE_"))}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """Folder of the commands of an environment that holds the built wheel; its dependencies are this one's."""
    folder = tmp_path_factory.mktemp("install")
    pip = [sys.executable, "-m", "pip"]
    call(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=False)
    commands = folder / "venv" / "bin"
    call(*pip, "--python", commands / "python", "install", "--no-deps", wheel, cwd=folder)
    # The dependencies come by path, without the .pth file of this checkout, so that only the wheel serves infogere.
    dependencies = next(Path(entry) for entry in sys.path if entry.endswith("site-packages"))
    for package in dependencies.iterdir():
        target = next((folder / "venv" / "lib").glob("python*/site-packages")) / package.name
        if not target.exists() and package.suffix != ".pth" and not package.name.startswith("infogere"):
            target.symlink_to(package)
    return commands


def test_the_command_is_there(installed, tmp_path):
    assert call(installed / "infogere", "--version", cwd=tmp_path).strip() == f"infogere {__version__}"


def test_the_collection_is_served_from_any_folder(installed, tmp_path):
    said = call(
        installed / "python",
        "-m",
        "ansible",
        "playbook",
        "--inventory=web1.example.test,",
        "--syntax-check",
        "infogere.hosting.site",
        cwd=tmp_path,
    )
    assert str(installed.parent) in said
    assert "infogere/hosting/playbooks/site.yml" in said


def test_what_is_served_is_the_wheel(installed, tmp_path):
    program = "import ansible_collections.infogere.hosting.plugins.plugin_utils.remote as m; print(m.__file__)"
    assert str(installed.parent) in call(installed / "python", "-c", program, cwd=tmp_path)

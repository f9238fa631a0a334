"""Every checker of style, types and structure, each as one test whose failure shows what it said."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(sys.executable).parent
SHELL = sorted(str(path) for path in [*(ROOT / "bin").iterdir(), ROOT / ".ci" / "run"])

CHECKERS = {
    "ruff": ["ruff", "check", "--quiet", "."],
    "ruff-format": ["ruff", "format", "--check", "--quiet", "src", "plugins", "tests", "molecule"],
    "mypy": ["mypy"],
    "import-linter": ["lint-imports"],
    "ansible-lint": ["ansible-lint", "-q", "--nocolor"],
    "yaml": ["yamllint", "--strict", "."],
    "antsibull-docs": ["antsibull-docs", "lint-collection-docs", "--plugin-docs", "."],
}


@pytest.mark.parametrize("checker", CHECKERS)
def test_checker(checker):
    name, *arguments = CHECKERS[checker]
    # The tools call each other by name.
    environment = {**os.environ, "PATH": f"{TOOLS}:{os.environ['PATH']}"}
    done = subprocess.run(
        [str(TOOLS / name), *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("script", SHELL)
def test_shell_scripts_parse(script):
    done = subprocess.run(["sh", "-n", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

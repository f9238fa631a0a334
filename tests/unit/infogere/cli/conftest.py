"""The command line on a controller of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from doubles.office import Environment, build, office
from infogere.cli.main import main


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("office"))


@pytest.fixture
def controller(
    fleet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Said]]:
    """``controller("incident", "list")`` runs a command on a small fleet with an empty record."""

    def run(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["infogere", *arguments])
        code: Any = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code
        return Said(int(code or 0), *capfd.readouterr())

    with Environment(fleet, tmp_path / "state"):
        office(fleet, tmp_path / "state")
        yield run

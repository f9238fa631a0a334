"""``infogere patch`` as a user calls it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from infogere.cli.patch import app
from infogere.errors import InfogereError

runner = CliRunner()


def test_classify_for_machines() -> None:
    result = runner.invoke(app, ["classify", "1.24.0", "1.26.0", "--package", "nginx", "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "class": "major",
        "component": 2,
        "allowed": False,
        "clause": "A-L3-23",
        "reason": "component 2 changes: 1.24.0 -> 1.26.0",
    }


def test_classify_for_people() -> None:
    result = runner.invoke(app, ["classify", "2024a", "2024b", "--package", "tzdata"])
    assert result.stdout.startswith("allowed  minor  [A-L3-22]")


@pytest.mark.parametrize("options", [[], ["--security"]])
def test_classify_under_the_provider_s_readings(options: list[str]) -> None:
    result = runner.invoke(app, ["classify", "1.24.0", "1.26.0", "--profile", "provider", "--json", *options])
    assert json.loads(result.stdout)["allowed"] == bool(options)


def test_an_empty_version_is_refused() -> None:
    result = runner.invoke(app, ["classify", " ", "1.0"])
    assert isinstance(result.exception, InfogereError)

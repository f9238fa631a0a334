"""``infogere terms`` as a user calls it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from infogere.cli.terms import app
from infogere.errors import InfogereError
from infogere.terms.loading import SHIPPED
from infogere.terms.schema import schema_text

runner = CliRunner()


def test_an_article_with_its_figures() -> None:
    result = runner.invoke(app, ["show", "5.1"])
    assert result.exit_code == 0
    assert "A-5.1-2  The guaranteed availability rate" in result.output
    assert "availability.monthly_limit: seconds 2592" in result.output
    assert "A-5.2-1" not in result.output


@pytest.mark.parametrize(("article", "lines"), [("L1", 5), ("A-4.4-2", 1), ("4.3", 5)])
def test_a_level_a_clause_an_article(article: str, lines: int) -> None:
    result = runner.invoke(app, ["show", article])
    assert len([line for line in result.output.splitlines() if line.startswith("A-")]) == lines


def test_every_clause() -> None:
    result = runner.invoke(app, ["show"])
    assert len([line for line in result.output.splitlines() if line.startswith("A-")]) == 181


def test_an_unknown_article() -> None:
    result = runner.invoke(app, ["show", "12"])
    assert isinstance(result.exception, InfogereError)
    assert "no article 12" in str(result.exception)


def test_readings_side_by_side() -> None:
    result = runner.invoke(app, ["readings"])
    assert "* breach_test: customer month-or-year, provider year-only" in result.output
    assert "  missing_data: refuse" in result.output


def test_schema() -> None:
    assert runner.invoke(app, ["schema"]).stdout == schema_text()


def test_check(tmp_path: Path) -> None:
    text = (SHIPPED / "HBT-20220901-01.yml").read_text(encoding="utf-8")
    good, bad = tmp_path / "good.yml", tmp_path / "bad.yml"
    good.write_text(text, encoding="utf-8")
    bad.write_text(text.replace("days: 45", "days: many"), encoding="utf-8")
    assert "terms HBT-20220901-01, 181 clauses" in runner.invoke(app, ["check", str(good)]).output
    result = runner.invoke(app, ["check", str(bad)])
    assert "domains.transfer_before_renewal.days" in str(result.exception)

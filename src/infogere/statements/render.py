"""A statement as one self-contained HTML page: words of one language, figures, plots; no script, no network.

Everything that comes from a ticket, a server or an inventory is escaped by the template engine; what the page
cites is collected while it is written and explained at its end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from infogere.sla.result import Availability, Difference, Result, Step
from infogere.statements import points, timeline, wording, yearstrip
from infogere.statements.language import Language, clause_lines, instant, language
from infogere.statements.model import Statement
from infogere.statements.rows import BackupRow

_PAGE = Path(__file__).parent / "page"
_GRANT_CLAUSES = {"allowance": "A-4.1.4-3", "managed-hours": "A-4.1.4-5", "occasional-hours": "A-4.2-4"}
# Key of the words, attribute of Availability, clauses.
_EXACT = (
    ("total", "total_s", ("A-5.1-5",)),
    ("planned", "planned_s", ("A-5.5-3",)),
    ("unavailable", "unavailable_s", ("A-5.1-3",)),
    ("excluded", "excluded_s", ("A-5.1-6",)),
    ("monitored", "monitored_s", ("A-5.3-1",)),
    ("unknown", "unknown_s", ("A-5.4-1",)),
)


def html(statement: Statement, code: str, clauses: Mapping[str, str]) -> str:
    """The page.

    Args:
        code: ``fr`` or ``en``.
        clauses: one English line per clause of the terms; other languages bring their own.
    """
    reader = language(code, statement.head.zone, clause_lines(code, clauses))
    return _templates().get_template("statement.html.j2").render(_Page(statement, reader).context())


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(_PAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class _Page:
    """What the templates see."""

    def __init__(self, statement: Statement, reader: Language) -> None:
        self._statement = statement
        self._reader = reader
        self._cited: dict[str, None] = {}

    def context(self) -> dict[str, Any]:
        statement, reader = self._statement, self._reader
        result = statement.result
        spans = (result.month.availability, *(year.availability for year in result.years))
        return {
            "statement": statement,
            "head": statement.head,
            "result": result,
            "month": result.month.availability,
            "year": result.years[-1],
            "columns": (statement.both.customer, statement.both.provider),
            "spans": spans,
            "exact_rows": _EXACT,
            "overruns": sum(line.overrun_s > 0 for line in result.gtr.lines),
            "counting": sum(row.standing.startswith("counts") for row in statement.incidents),
            "coverage": wording.coverage(statement.head.coverage, reader),
            "differences": _by_effect(statement),
            "verdict": wording.verdict(statement, reader),
            "remarks": wording.remarks(statement, reader),
            "commands": _commands(statement, reader.code),
            "grant_clauses": _GRANT_CLAUSES,
            "f": reader,
            "t": reader.say,
            "at": instant,
            "cite": self._cite,
            "cited": self._in_order,
            "rate": self._rate,
            "amount": reader.money,
            "gtd_words": self._gtd,
            "gtr_words": self._gtr,
            "step_words": self._step,
            "plain": wording.plain,
            "points": self._points,
            "steps": [step for step in result.steps if not step.key.startswith(wording.IN_TABLES)],
            # Ours, and escaped where they are made: see ``drawing``.
            "style": Markup((_PAGE / "style.css").read_text(encoding="utf-8")),  # noqa: S704
            "verdict_mark": Markup(yearstrip.mark(kept=wording.kept(statement))),  # noqa: S704
            "timeline": Markup(timeline.draw(statement, reader)),  # noqa: S704
            "year_strip": Markup(yearstrip.draw(statement, reader)),  # noqa: S704
        }

    def _cite(self, clause: str) -> str:
        self._cited[clause] = None
        return clause

    def _in_order(self) -> list[str]:
        """As the terms have them."""
        return [clause for clause in self._reader.clauses if clause in self._cited]

    def _rate(self, availability: Availability) -> str:
        rate = availability.rate
        return self._reader.say("nothing_to_divide") if rate is None else self._reader.percent(rate)

    def _gtd(self, result: Result) -> str:
        return wording.gtd(result, self._statement.head, self._reader)

    def _gtr(self, result: Result) -> Iterator[str]:
        return wording.gtr(result, self._reader)

    def _points(self, row: BackupRow, number: int) -> Markup:
        places = max(len(other.cells) for other in self._statement.backups.rows)
        return Markup(points.draw(row, number, places, self._reader))  # noqa: S704

    def _step(self, step: Step) -> str:
        return wording.step(step, self._reader)


def _by_effect(statement: Statement) -> list[Difference]:
    """What changes the amount first."""
    total = statement.both.customer.total.amount
    return sorted(statement.both.differences, key=lambda one: statement.alone[one.switch] == total)


def _commands(statement: Statement, code: str) -> Mapping[str, str]:
    contract = statement.head.contract
    key = f" --key {statement.proof.key}" if statement.proof.key else ""
    options = f"{key} --month {statement.head.month:%Y-%m} --language {code}"
    return {
        "export": f"infogere record export --contract {contract} --output {contract}.jsonl",
        "verify": f"python3 verify_record.py {contract}.jsonl{options}",
    }

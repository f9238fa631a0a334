"""Figures and dates as a French and an English reader write them; every text in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from string import Formatter
from typing import Any, get_args

import pytest

import infogere.sla
import infogere.statements
from doubles.told import PARIS, at
from infogere import terms
from infogere.errors import InfogereError
from infogere.record.kinds.incidents import Cause, Effect
from infogere.record.kinds.maintenance import UpdateClass
from infogere.sla.result import IncidentStanding, WorksStanding
from infogere.statements import wording
from infogere.statements.language import LANGUAGES, Language, clause_lines, language
from infogere.statements.model import CellState
from infogere.statements.rows import BackupState
from infogere.terms import yamlfile

ROOM = Path(infogere.statements.__file__).parent
SLA = Path(infogere.sla.__file__).parent
CATALOGUES: Mapping[str, Any] = {code: yamlfile.read(ROOM / f"words/{code}.yml", "catalogue") for code in LANGUAGES}


@pytest.fixture(scope="module")
def fr() -> Language:
    return language("fr", PARIS, {})


@pytest.fixture(scope="module")
def en() -> Language:
    return language("en", PARIS, {})


def plain(text: str) -> str:
    """Spaces that do not break as plain ones."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("amount", "french", "english"),
    [("1234.56", "1 234,56 €", "€1,234.56"), ("0", "0,00 €", "€0.00"), ("2.5", "2,50 €", "€2.50")],
)
def test_money(fr: Language, en: Language, amount: str, french: str, english: str) -> None:
    assert (plain(fr.money(Decimal(amount))), en.money(Decimal(amount))) == (french, english)


def test_percent_and_integers(fr: Language, en: Language) -> None:
    assert (plain(fr.percent(Decimal("99.861111"))), en.percent(Decimal("99.861111"))) == ("99,861111 %", "99.861111%")
    assert (plain(fr.integer(2_592_000)), en.integer(2_592_000)) == ("2 592 000", "2,592,000")
    assert fr.number(Decimal("99.9995"), 3) == "100,000", "half up"


@pytest.mark.parametrize(
    ("seconds", "french"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (2592, "43 min 12 s"),
        (3600, "1 h"),
        (3661, "1 h 01 min 01 s"),
        (3605, "1 h 00 min 05 s"),
        (100_000, "27 h 46 min 40 s"),
        (172_800, "2 j"),
        (2_682_000, "31 j 1 h"),
    ],
)
def test_durations(fr: Language, en: Language, seconds: int, french: str) -> None:
    assert plain(fr.duration(seconds)) == french
    assert plain(en.duration(seconds)) == french.replace(" j", " d")


@pytest.mark.parametrize(
    ("size", "french"),
    [(0, "0 o"), (999, "999 o"), (1500, "1,5 ko"), (48_230_000_000, "48,2 Go"), (612_400_000, "612 Mo")],
)
def test_sizes(fr: Language, size: int, french: str) -> None:
    assert plain(fr.size(size)) == french


def test_days(fr: Language, en: Language) -> None:
    assert plain(fr.day(date(2026, 11, 23))) == "23 novembre 2026"
    assert plain(fr.day(date(2026, 11, 1))) == "1er novembre 2026"
    assert plain(en.day(date(2026, 11, 1))) == "1 November 2026"
    assert plain(fr.month(date(2026, 8, 1))) == "août 2026"


@pytest.mark.parametrize(("wall", "clock"), [("2026-10-24 02:30", "02:30:00"), ("2026-10-25 02:30", "02:30:00 UTC+2")])
def test_an_hour_that_comes_twice_names_its_offset(fr: Language, wall: str, clock: str) -> None:
    assert plain(fr.clock(at(wall))) == clock


def test_singular_and_plural(fr: Language, en: Language) -> None:
    assert [fr.count("incidents_n", number) for number in (0, 1, 2)] == ["0 incident", "1 incident", "2 incidents"]
    assert [en.count("incidents_n", number) for number in (0, 1, 2)] == ["0 incidents", "1 incident", "2 incidents"]


def test_hours_of_a_guarantee(fr: Language) -> None:
    assert plain(wording.coverage("Mon-Fri 09:00-18:00", fr)) == "lun. – ven. 09:00 – 18:00"
    assert wording.coverage(None, fr) == "24 h sur 24, 7 jours sur 7"


def test_an_unknown_language() -> None:
    with pytest.raises(InfogereError, match="choose fr or en"):
        language("de", PARIS, {})


def test_another_providers_clauses_stand_as_they_are() -> None:
    assert clause_lines("fr", {"B-1-1": "Be kind."})["B-1-1"] == "Be kind."


# Completeness


def texts(code: str) -> dict[str, str]:
    """Every text of a catalogue by its path."""
    data = CATALOGUES[code]
    found = {f"steps.{key}": text for key, text in data["steps"].items()}
    for key, text in data["words"].items():
        both = (text, text) if isinstance(text, str) else text
        found |= {f"words.{key}.{number}": one for number, one in enumerate(both)}
    for switch, choices in data["switches"].items():
        found |= {f"switches.{switch}.{choice}": text for choice, text in choices.items()}
    return found


def test_both_catalogues_say_the_same_things_with_the_same_values() -> None:
    values = {
        code: {key: {name for _, name, _, _ in Formatter().parse(text) if name} for key, text in texts(code).items()}
        for code in LANGUAGES
    }
    assert values["fr"] == values["en"]
    assert all(isinstance(text, str) and text.strip() for code in LANGUAGES for text in texts(code).values())


def test_every_word_is_used() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in [*ROOM.glob("*.py"), *ROOM.glob("page/*.j2")])
    prefixes = tuple(re.findall(r'"(\w+_)" ~', sources) + re.findall(r"""f["'](\w+_)\{""", sources))
    unused = [key for key in CATALOGUES["fr"]["words"] if f'"{key}"' not in sources and f"'{key}'" not in sources]
    assert [key for key in unused if not key.startswith(prefixes)] == []


@pytest.mark.parametrize(
    ("prefix", "values"),
    [
        ("standing", get_args(IncidentStanding)),
        ("works", get_args(WorksStanding)),
        ("cause", (*get_args(Cause), "none")),
        ("effect", get_args(Effect)),
        ("update", get_args(UpdateClass)),
        ("outcome", ("ok", "rolled-back", "failed")),
        ("cell", get_args(CellState)),
        ("backup", get_args(BackupState)),
        ("claim", ("opened", "validated", "rejected", "credited", "applied")),
        ("source", ("allowance", "managed-hours", "occasional-hours")),
    ],
)
def test_every_value_has_a_word(prefix: str, values: tuple[str, ...]) -> None:
    assert {f"{prefix}_{value}" for value in values} <= CATALOGUES["fr"]["words"].keys()


def test_every_step_of_the_arithmetic_has_a_sentence() -> None:
    """Keys are literals, or end an f-string such as ``f"{key}.rate"``, in the rooms's ``explain`` modules."""
    literals = {
        node.value
        for path in SLA.glob("explain*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    keys = {text for text in literals if re.fullmatch(r"(month|year|gtd|gtr)\.[a-z.]+|total", text)}
    assert {"month.total", "gtd.slices", "total"} <= keys, "the scan finds them"
    assert keys - CATALOGUES["fr"]["steps"].keys() == set()


def test_every_switch_that_may_differ_has_words_for_every_choice() -> None:
    from infogere.sla.compute import SWITCHES

    file = terms.readings_file()
    known = CATALOGUES["fr"]["switches"]
    for question in file.questions.values():
        for name, switch in question.switches.items():
            if name in SWITCHES and switch.choices:
                assert switch.choices.keys() <= known[name].keys(), name


def test_french_clauses_are_clauses_of_the_shipped_terms() -> None:
    assert CATALOGUES["fr"]["clauses"].keys() <= terms.obligations().clauses.keys()

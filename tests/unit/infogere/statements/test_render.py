"""The page: well-formed, self-contained, complete in both languages, and deaf to hostile text."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from html.parser import HTMLParser

import pytest

from doubles.told import outage, say, sold, statement
from infogere.statements.model import Statement
from infogere.statements.render import html

VOID = frozenset({"meta", "br", "link", "img", "hr", "input"})
HOSTILE = "<script>alert(1)</script>\"'&<!--]]>"
SVG = re.compile(r"<svg.*?</svg>", re.DOTALL)


class Page(HTMLParser):
    """Elements of a page; complains of tags that do not pair."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.tags: list[str] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        values = dict(attrs)
        if values.get("id"):
            self.ids.append(values["id"] or "")
        if tag == "a":
            self.targets.append(values["href"] or "")
        assert not any(name.startswith("on") or name == "src" for name, _ in attrs)
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style":
            self.texts.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.texts).replace("\u00a0", " ").replace("\u202f", " ").split())


@pytest.fixture(scope="module", params=["fr", "en"])
def page(request: pytest.FixtureRequest, told: Statement, clauses: Mapping[str, str]) -> tuple[str, Page]:
    text = html(told, request.param, clauses)
    return text, Page(text)


def plain(told: Statement, clauses: Mapping[str, str], code: str = "fr") -> str:
    return Page(html(told, code, clauses)).words


def test_the_page_is_well_formed_and_ids_are_its_own(page: tuple[str, Page]) -> None:
    assert len(page[1].ids) == len(set(page[1].ids))
    for plot in SVG.findall(page[0]):
        ET.fromstring(plot)  # noqa: S314 - our own page


def test_the_page_needs_nothing_else(page: tuple[str, Page]) -> None:
    text, parsed = page
    assert {"script", "link", "img", "iframe", "object", "form"} & set(parsed.tags) == set()
    assert set(re.findall(r"https?://[^\s\"'<]+", text)) == {"http://www.w3.org/2000/svg"}
    assert "@import" not in text
    assert "@font-face" not in text
    assert re.findall(r"url\((?!#)", text) == []


def test_every_clause_is_explained_and_is_one(page: tuple[str, Page], clauses: Mapping[str, str]) -> None:
    targets = {target.removeprefix("#") for target in page[1].targets}
    assert len(targets) > 30
    assert targets <= clauses.keys()
    assert targets <= set(page[1].ids)


def test_french_clauses_are_in_french(told: Statement, clauses: Mapping[str, str]) -> None:
    text = html(told, "fr", clauses)
    english = [clause for clause in re.findall(r'<div id="(A-[^"]+)">', text) if clauses[clause] in text]
    assert english == []


def test_the_same_inputs_make_the_same_bytes(told: Statement, clauses: Mapping[str, str]) -> None:
    assert html(told, "fr", clauses) == html(told, "fr", clauses)


def test_hostile_text_stays_text(clauses: Mapping[str, str]) -> None:
    entries = outage("I1", "2024-06-12 10:00", "2024-06-12 11:00", summary=HOSTILE)
    entries += [say("incident-contested", "2024-06-13 09:00", incident="I1", contests=4, by=HOSTILE, reason=HOSTILE)]
    text = html(statement(*entries, basis=sold(HOSTILE), provider=HOSTILE), "fr", clauses)
    parsed = Page(text)
    assert "script" not in parsed.tags
    assert parsed.words.count("<script>alert(1)</script>") >= 6
    for plot in SVG.findall(text):
        ET.fromstring(plot)  # noqa: S314 - our own page


def test_figures_of_the_example_in_french(told: Statement, clauses: Mapping[str, str]) -> None:
    words = plain(told, clauses)
    for said in (
        "Engagement non tenu : 5 h 45 min 21 s d’indisponibilité en octobre 2026, pour 43 min 12 s admises.",
        "99,224891 %",
        "20 721 s",
        "2 652 579 / 2 673 300",
        "6 tranches × 2,5 % = 15 %",
        "INC-0386 : dépassement de 45 min, 20 %",
        "84,00 €",
        "1er octobre 2026",
        "1:10.11.11-0+deb12u1",
        "Dernier essai de restauration : réussi le 21 octobre 2026",
    ):
        assert said in words, said


def test_figures_of_the_example_in_english(told: Statement, clauses: Mapping[str, str]) -> None:
    words = plain(told, clauses, "en")
    for said in ("99.224891%", "20,721 s", "6 slices × 2.5% = 15%", "€84.00", "1 October 2026", "left out, due to the"):
        assert said in words, said


def test_what_is_not_there_is_said(clauses: Mapping[str, str]) -> None:
    words = plain(statement(basis=sold(gtr=None)), clauses, "en")
    for said in (
        "No incident is on record for this month.",
        "No announced works and no maintenance cut touch this month.",
        "No maintenance run is on record.",
        "No update is on record for this month.",
        "No backup was ordered, so none is made.",
        "No time credit was ordered.",
        "No intervention was counted this month.",
        "Nothing was claimed for this month.",
        "not bought",
        "Guarantee met: 100.000000% availability in June 2024",
    ):
        assert said in words, said
    assert "restore drill" not in words, "nothing to restore from"


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"now": "2024-06-20 12:00"}, "Provisional: the month is not over. Figures as of 20 June 2024 at 12:00:00."),
        ({"now": "2024-06-20 12:00"}, "Guarantee met so far"),
        ({"basis": sold(options={"backup": True})}, "Backups are ordered, and the record has none."),
        ({"basis": sold(gtr={"hours": 8, "coverage": "Mon-Fri 09:00-18:00"})}, "8 h, Mon – Fri 09:00 – 18:00"),
        ({"basis": sold().model_copy(update={"backup_ordered": None})}, "does not say whether any was ordered"),
        ({"example": True}, "Example: customer, servers and incidents are invented."),
    ],
)
def test_what_the_reader_must_know(wanted: dict[str, object], said: str, clauses: Mapping[str, str]) -> None:
    assert said in plain(statement(**wanted), clauses, "en")  # type: ignore[arg-type]


def test_a_year_under_its_rate_is_said_of_the_month_that_crossed_it(clauses: Mapping[str, str]) -> None:
    short = [f"2024-{month:02d}-10 10:00" for month in range(1, 13)]
    entries = [
        entry
        for number, start in enumerate(short)
        for entry in outage(f"I{number}", start, start.replace("10:00", "10:43:10"))
    ]
    told = statement(
        *entries, outage("I99", "2024-12-20 10:00", "2024-12-20 10:00:01")[0], month="2024-12", now="2025-01-03 09:00"
    )
    words = plain(told, clauses, "en")
    assert ("falls under 99.9%" in words) == told.result.years[0].crossed_here


def test_thirty_incidents_share_their_labels(clauses: Mapping[str, str]) -> None:
    entries = [
        entry
        for day in range(1, 31)
        for entry in outage(f"I{day}", f"2024-06-{day:02d} 10:00", f"2024-06-{day:02d} 10:10")
    ]
    text = html(statement(*entries), "fr", clauses)
    assert text.count('<td class="number">') == 30
    labels = re.findall(r'font-weight="bold"[^>]*>([\d–, ]+)</text>', SVG.findall(text)[1])
    numbers = [number for label in labels for part in label.split(", ") for number in _range(part)]
    assert sorted(numbers) == list(range(1, 31))


def _range(text: str) -> range:
    first, _, last = text.partition("–")
    return range(int(first), int(last or first) + 1)


def test_the_command_that_verifies_names_contract_and_key(told: Statement, clauses: Mapping[str, str]) -> None:
    words = plain(told, clauses)
    assert told.proof.hash in words
    assert told.proof.checkpoint is not None
    assert told.proof.checkpoint in words
    assert f"python3 verify_record.py OF-2026-0147.jsonl --key {told.proof.key} --month 2026-10 --language fr" in words

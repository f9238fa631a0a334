"""The page on paper: A4, the same words, and one line that says what is missing."""

from __future__ import annotations

import builtins
import io
from collections.abc import Mapping
from typing import Any

import pypdf
import pytest

from doubles.told import outage, statement
from infogere.errors import InfogereError
from infogere.statements.pdf import pdf
from infogere.statements.render import html

pytestmark = pytest.mark.programs


def test_the_pdf_says_what_the_page_says(clauses: Mapping[str, str]) -> None:
    told = statement(*outage("I1", "2024-06-12 10:00", "2024-06-12 11:00", summary="<b>panne</b>"))
    document = pypdf.PdfReader(io.BytesIO(pdf(html(told, "fr", clauses))))
    width, height = (round(float(length) / 72 * 25.4) for length in document.pages[0].mediabox[2:])
    assert (width, height) == (210, 297)
    assert document.metadata is not None
    assert document.metadata.title == "Relevé de service OF-1, juin\u00a02024"
    text = " ".join(" ".join(page.extract_text() for page in document.pages).split())
    for said in ("Engagement non tenu", "99,861111 %", "<b>panne</b>", "3,00 €", told.proof.hash):
        assert said in text.replace("\u202f", " "), said


def test_an_address_that_text_smuggles_in_is_not_fetched() -> None:
    page = "<html><body><img src='file:///etc/passwd'><img src='http://192.0.2.1/x.png'>ok</body></html>"
    text = pypdf.PdfReader(io.BytesIO(pdf(page))).pages[0]
    assert text.extract_text().strip() == "ok"
    assert list(text.images) == []


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def broken(name: str, *rest: Any, **named: Any) -> Any:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpangoft2-1.0-0'")
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", broken)
    with pytest.raises(InfogereError, match=r"libpangoft2.* -> apt-get install libpango-1.0-0"):
        pdf("<html></html>")

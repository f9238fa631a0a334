"""The oracle answers from this controller's settings."""

from __future__ import annotations

import pytest

from infogere.fleet.models import OrderForm
from infogere.policy.oracle import Oracle

FORM = {"id": "OF-1", "customer": "acme", "level": "custom"}


@pytest.mark.parametrize(
    ("configured", "ordered", "expected"),
    [
        (None, None, "fr-2026.1"),
        ("fr-alsace-moselle-2026.1", None, "fr-alsace-moselle-2026.1"),
        ("fr-alsace-moselle-2026.1", "fr-2026.1", "fr-2026.1"),
    ],
)
def test_an_order_form_that_names_no_calendar_has_the_configured_one(
    monkeypatch, tmp_path, configured, ordered, expected
):
    monkeypatch.chdir(tmp_path)
    line = f"calendar = {configured}\n" if configured else ""
    (tmp_path / "ansible.cfg").write_text(f"[infogere]\n{line}")
    monkeypatch.setenv("ANSIBLE_CONFIG", str(tmp_path / "ansible.cfg"))
    calendar = Oracle.configured().calendar_of(OrderForm(**FORM, calendar=ordered))
    assert calendar.version == expected

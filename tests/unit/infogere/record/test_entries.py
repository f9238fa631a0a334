"""What may be written, and what is kept out by its type."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from pydantic import ValidationError

from infogere.record.entries import Decision, Entry, TicketObject, all_kinds, fields_of, model_of


def test_every_kind_names_its_clauses_and_the_terms():
    for kind in all_kinds():
        model = model_of(kind)
        assert model is not None
        assert model.kind == kind
        assert "A-1-1" in model.clauses, "every entry carries the terms version"
        assert model.model_fields["terms"].is_required()


def test_every_kind_stands_in_the_description_of_the_format():
    page = Path(__file__).parents[4] / "docs" / "record-format.md"
    rows = [line.split("|")[1] for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    described = {kind for row in rows for kind in re.findall(r"`([a-z-]+)`", row)}
    assert set(all_kinds()) - described == set()


def test_no_field_takes_a_free_form_mapping_or_unbounded_text():
    for model in map(model_of, all_kinds()):
        assert model is not None
        assert issubclass(model, Entry)
        for name, field in model.model_fields.items():
            assert "dict" not in str(field.annotation).lower(), (model, name)
        with pytest.raises(ValidationError):
            model.model_validate({"parameters": {"password": "hunter2"}})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reason", "two\nlines"),
        ("reason", "escape \x1b[2J"),
        ("reason", "x" * 501),
        ("reason", ""),
        ("server", "web1; rm -rf /"),
        ("server", "web1\u202e"),
        ("terms", None),
        ("at", datetime(2026, 11, 23)),  # noqa: DTZ001 - an instant without a zone is the case
        ("follows", 0),
        ("explain", ["fine", "not\tfine"]),
        ("unknown", "x"),
    ],
)
def test_refused_values(field, value):
    fields = {"terms": "HBT-20220901-01", "server": "web1", "action": "patch-minor", "allowed": True, "reason": "ok"}
    Decision.model_validate(fields)
    with pytest.raises(ValidationError):
        Decision.model_validate({**fields, field: value})


@pytest.mark.parametrize("archive", ["relative/path", "/with space", "/etc/$(id)"])
def test_an_archive_is_an_absolute_plain_path(archive):
    fields = {"terms": "T", "run": "r", "server": "s", "object_kind": "vhost", "name": "a.fr", "state": "absent"}
    with pytest.raises(ValidationError):
        TicketObject(**fields, changed=True, archive=archive)


def test_instants_are_stored_in_utc(make):
    paris = datetime(2026, 11, 23, 10, 0, tzinfo=timezone(timedelta(hours=1)))
    common, _ = fields_of(make.begin(at=paris))
    assert common["at"] == "2026-11-23T09:00:00.000000Z"
    assert make.begin(at=paris).at.tzinfo is UTC


def test_an_entry_comes_back_from_its_fields(make):
    for entry in (make.begin(), make.end(changed=3), make.isolation("web1")):
        common, data = fields_of(entry)
        model = model_of(entry.kind)
        assert model is not None
        assert model.model_validate({**common, **data}) == entry


def test_a_kind_of_a_later_release_has_no_model():
    assert model_of("moon-phase") is None

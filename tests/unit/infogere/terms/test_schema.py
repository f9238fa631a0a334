"""The JSON schema is generated from the models, committed, and true of the shipped file."""

from __future__ import annotations

import json

import jsonschema
import pytest
import yaml

from infogere.terms.loading import SHIPPED
from infogere.terms.schema import COMMITTED, schema_text


def test_the_committed_copy_is_current() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == schema_text(), "run: infogere terms schema > the committed file"


def test_the_shipped_terms_are_valid_and_a_wrong_one_is_not() -> None:
    schema = json.loads(schema_text())
    data = yaml.safe_load((SHIPPED / "HBT-20220901-01.yml").read_text(encoding="utf-8"))
    jsonschema.validate(data, schema)
    data["backups"]["databases"]["at"] = "25:00"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, schema)

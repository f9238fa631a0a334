"""JSON schema of a terms file: for editors that complete and check YAML while one types."""

from __future__ import annotations

import json
from pathlib import Path

from infogere.terms.models import Terms

COMMITTED = Path(__file__).parent / "terms.schema.json"
"""Generated; a test keeps it current. Write it with ``infogere terms schema > ...``."""


def schema_text() -> str:
    """The schema, as JSON with a stable order of keys."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Terms.model_json_schema(by_alias=True),
    }
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"

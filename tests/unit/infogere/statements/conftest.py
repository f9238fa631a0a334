"""The shipped example, told once for all tests of the room."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from infogere import terms
from infogere.record.reading import Reader
from infogere.statements import build, example
from infogere.statements.model import Statement


@pytest.fixture(scope="session")
def clauses() -> Mapping[str, str]:
    return {name: clause.says for name, clause in terms.obligations().clauses.items()}


@pytest.fixture(scope="session")
def example_record(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, build.Wanted]:
    """State folder of a record that holds the example, and what to ask it for; to be copied before writing."""
    folder = tmp_path_factory.mktemp("example")
    return folder, example.write(f"sqlite:///{folder}/record.db", folder)


@pytest.fixture(scope="session")
def told(example_record: tuple[Path, build.Wanted]) -> Statement:
    folder, wanted = example_record
    with Reader(f"sqlite:///{folder}/record.db") as reader:
        return build.load(reader, wanted)

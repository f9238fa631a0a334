"""Records of one contract."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from doubles.contract_book import Book, basis
from doubles.office import Environment, Office, build, office


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record with a basis, to be copied: making the tables takes longer than most tests."""
    folder = tmp_path_factory.mktemp("begun")
    Book(folder).write(basis())
    return folder


@pytest.fixture
def book(begun: Path, tmp_path: Path) -> Book:
    """A record that knows what was sold."""
    return Book(Path(shutil.copytree(begun, tmp_path / "state")))


@pytest.fixture
def empty_book(tmp_path: Path) -> Book:
    """A record that holds nothing."""
    return Book(tmp_path)


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("office"))


@pytest.fixture
def desks(fleet: Path, tmp_path: Path) -> Iterator[Office]:
    """An office of its own; ``desks.at(...)`` is its desk at an instant."""
    with Environment(fleet, tmp_path / "state"):
        yield office(fleet, tmp_path / "state")

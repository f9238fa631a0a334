"""Find and load terms, their clauses and their readings.

The shipped files lie beside this module. Another provider, or another version, is another file given
by path; the files that it names (``obligations``, ``readings``) are looked for beside it first, then
among the shipped ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from infogere.terms import yamlfile
from infogere.terms.models import Terms
from infogere.terms.obligations import Obligations
from infogere.terms.readings import Profile, Readings, ReadingsFile

SHIPPED = Path(__file__).parent
DEFAULT_VERSION = "HBT-20220901-01"
_WHAT = "terms file"


def load(path: Path | str | None = None) -> Terms:
    """The terms of a file, or the shipped ones.

    Args:
        path: a terms file, or the version of a shipped one; None: the shipped default.

    Raises:
        InfogereError: the file is missing or wrong; names the file, the line and the key.
    """
    return _load(_terms_path(path))


def obligations(path: Path | str | None = None) -> Obligations:
    """The clauses that the same terms refer to."""
    source = _terms_path(path)
    return _load_obligations(_beside(source, _load(source).obligations))


def readings_file(path: Path | str | None = None) -> ReadingsFile:
    """Every question and switch that goes with the same terms."""
    source = _terms_path(path)
    return _load_readings(_beside(source, _load(source).readings))


def readings(
    profile: Profile = "customer",
    *,
    path: Path | str | None = None,
    changes: Mapping[str, Any] | None = None,
) -> Readings:
    """The switches of a profile; ``changes`` are those that an order form settles otherwise."""
    return readings_file(path).profile(profile, changes)


def _terms_path(path: Path | str | None) -> Path:
    if path is None:
        return SHIPPED / f"{DEFAULT_VERSION}.yml"
    shipped = SHIPPED / f"{path}.yml"
    return shipped if shipped.is_file() else Path(path)


def _beside(source: Path, name: str) -> Path:
    own = source.parent / name
    return own if own.is_file() else SHIPPED / name


@lru_cache(maxsize=8)
def _load(path: Path) -> Terms:
    data = yamlfile.read(path, _WHAT)
    terms = yamlfile.parse(Terms, data, path, _WHAT)
    if path.parent != SHIPPED:
        # The shipped files are judged by the tests, not by every start of the program.
        check_clauses(path, data, _load_obligations(_beside(path, terms.obligations)))
    return terms


@lru_cache(maxsize=8)
def _load_obligations(path: Path) -> Obligations:
    return yamlfile.load(Obligations, path, "file of clauses")


@lru_cache(maxsize=8)
def _load_readings(path: Path) -> ReadingsFile:
    return yamlfile.load(ReadingsFile, path, "file of readings")


def check_clauses(path: Path, data: Any, known: Obligations) -> None:
    """Refuse a file that quotes a clause which its list of clauses does not have."""
    faults = [
        (location, f"no clause {clause} in {known.terms}")
        for location, clause in quoted_clauses(data)
        if clause not in known
    ]
    if faults:
        raise yamlfile.refusal(path, faults, _WHAT)


def figures(path: Path | str | None = None) -> dict[str, tuple[str, ...]]:
    """What the terms take from each clause: ``{"A-5.1-2": ("availability.rate: percent 99.9", ...)}``."""
    found: dict[str, list[str]] = {}
    data = yamlfile.read(_terms_path(path), _WHAT)
    for location, clause in quoted_clauses(data):
        where = location[:-1] if isinstance(location[-1], str) else location[:-2]
        rule = data
        for step in where:
            rule = rule[step]
        plain = [f"{key} {value}" for key, value in rule.items() if _is_figure(key, value)]
        if plain and where:
            found.setdefault(clause, []).append(f"{'.'.join(map(str, where))}: {', '.join(plain)}")
    return {clause: tuple(dict.fromkeys(lines)) for clause, lines in found.items()}


def _is_figure(key: str, value: Any) -> bool:
    return key not in CLAUSE_KEYS | _PROSE_KEYS and isinstance(value, str | int | float | bool)


CLAUSE_KEYS = frozenset({"clause", "version_clause", "window", "emergency"})
_PROSE_KEYS = frozenset({"says", "way_out", "condition", "title", "summary", "entry", "exit", "name"})


def quoted_clauses(data: Any, location: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every clause id in plain data, with the path of keys that leads to it."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            here = (*location, key)
            if key in CLAUSE_KEYS and isinstance(value, str):
                yield here, value
            elif key in CLAUSE_KEYS and isinstance(value, list):
                yield from (((*here, index), clause) for index, clause in enumerate(value))
            else:
                yield from quoted_clauses(value, here)
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from quoted_clauses(item, (*location, index))

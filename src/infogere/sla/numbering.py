"""Readable numbers for incidents, problems and claims: ``INC-2026-0001``, unique in the record."""

from __future__ import annotations

import re

from infogere.record.reading import Reader

_WIDTH = 4


def following(reader: Reader, kind: str, field: str, prefix: str, year: int) -> str:
    """The number after the newest of that year.

    Args:
        reader: of ``Store.append_made``, so that no other controller takes the same one.
        kind, field: entries that begin such a thing, and the field that holds its number.
    """
    pattern = re.compile(rf"{re.escape(prefix)}-(\d{{4}})-(\d+)")
    for entry in reader.newest(kind):
        match = pattern.fullmatch(str(entry.data[field]))
        if match and int(match[1]) == year:
            return f"{prefix}-{year}-{int(match[2]) + 1:0{_WIDTH}}"
        if match and int(match[1]) < year:
            break  # zones see the new year at different hours, so a later year is passed over, not an earlier one
    return f"{prefix}-{year}-{1:0{_WIDTH}}"

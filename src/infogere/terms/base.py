"""Small typed pieces that every article is made of: a figure and the clause it comes from."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PositiveInt, WithJsonSchema


def _clause_list(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _quoted_time(value: Any) -> Any:
    # YAML 1.1 reads an unquoted 22:00 as the number 1320; taking it would move a backup to 00:22.
    if isinstance(value, int | float):
        raise ValueError('write the time between quotes, e.g. "06:30"')
    return value


_CLAUSE_PATTERN = r"^[A-Z][A-Za-z0-9.]*-[A-Za-z0-9.]+(-[0-9]+)?$"
_ONE_CLAUSE = {"type": "string", "pattern": _CLAUSE_PATTERN}

ClauseId = Annotated[str, Field(pattern=_CLAUSE_PATTERN)]
"""Id of one obligation, e.g. ``A-5.1-2`` (article 5.1, second obligation)."""

Clauses = Annotated[
    tuple[ClauseId, ...],
    BeforeValidator(_clause_list),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [_ONE_CLAUSE, {"type": "array", "items": _ONE_CLAUSE, "minItems": 1}]}),
]
WallTime = Annotated[
    time,
    BeforeValidator(_quoted_time),
    WithJsonSchema({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$"}),
]
"""A time of day in the contract's zone."""


class Strict(BaseModel):
    """Frozen; an unknown key is an error, so that a misspelt promise is never silently dropped."""

    # Schemas are built at first use: a third less to import, and a command never pays for models it skips.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Ruled(Strict):
    """Something that the contract says: the data, and the clauses it comes from.

    In the file the key ``clause`` holds one id or a list; the first one is the principal clause.
    """

    clauses: Clauses = Field(alias="clause")

    @property
    def clause(self) -> str:
        """The principal clause."""
        return self.clauses[0]


class Seconds(Ruled):
    seconds: PositiveInt


class Minutes(Ruled):
    minutes: PositiveInt

    @property
    def seconds(self) -> int:
        return self.minutes * 60


class Hours(Ruled):
    hours: PositiveInt

    @property
    def seconds(self) -> int:
        return self.hours * 3600


class Days(Ruled):
    """Calendar days."""

    days: PositiveInt


class WorkingDays(Ruled):
    """Days of the provider's calendar (A-2-5)."""

    working_days: PositiveInt


class Months(Ruled):
    months: PositiveInt


class Years(Ruled):
    years: PositiveInt


class Count(Ruled):
    count: PositiveInt


class Percent(Ruled):
    percent: Annotated[Decimal, Field(gt=0, le=100)]


class Statement(Ruled):
    """A rule without a figure, in one sentence."""

    says: str

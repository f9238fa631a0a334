"""Small types that several kinds share."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
"""A calendar day in the contract's zone, ``2026-10-31``."""

Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
"""A calendar month in the contract's zone, ``2026-10``."""

Amount = Annotated[str, StringConstraints(pattern=r"^\d{1,9}\.\d{2}$")]
"""Money excluding VAT, two decimals: the record holds no other numbers than integers."""

Percent = Annotated[str, StringConstraints(pattern=r"^\d{1,3}(\.\d{1,6})?$")]
"""A percentage as decimal text, ``2.5``."""

Address = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s<>\"']+@[^@\s<>\"']+$")]
"""A mail address."""

"""Servers and questions for tests of the policy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from infogere.fleet.models import OrderForm, Server
from infogere.policy.case import Case
from infogere.policy.oracle import Oracle

ServerOf = Callable[..., Server]
CaseOf = Callable[..., Case]


@pytest.fixture(scope="session")
def server_of() -> ServerOf:
    """A delivered server with backup and restore: ``server_of(level, **order_form)``.

    ``private-cloud`` counts as a level here.
    """

    def made(level: str = "custom", **form: Any) -> Server:
        private = level == "private-cloud"
        values = {
            "id": "OF-1",
            "customer": "someone",
            "level": "basic" if private else level,
            "commissioning_date": "2026-01-05",
            "options": {"backup": True, "restore": True},
            "private_cloud": private,
            "bandwidth_mbps": 200 if private else None,
            **form,
        }
        return Server("web1.example.net", OrderForm.model_validate(values))

    return made


@pytest.fixture(scope="session")
def case_of() -> CaseOf:
    """A question: ``case_of(action, server, at, **what Oracle.case takes)``; ``at`` may be ISO text."""
    oracle = Oracle()

    def made(action: str, server: Server, at: datetime | str, **more: Any) -> Case:
        return oracle.case(action, server, datetime.fromisoformat(at) if isinstance(at, str) else at, **more)

    return made

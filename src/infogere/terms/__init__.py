"""The contract as data: articles, figures, service levels, states, and readings of unclear articles.

>>> from infogere import terms
>>> contract = terms.load()
>>> contract.availability.monthly_limit.clause
'A-5.1-2'
"""

from __future__ import annotations

from infogere.terms.levels import (
    ACTIONS,
    DUTIES,
    LEVELS,
    STATES,
    ActionName,
    ActionRule,
    Duty,
    DutyName,
    Level,
    LevelName,
    State,
    StateName,
)
from infogere.terms.loading import figures, load, obligations, readings, readings_file
from infogere.terms.models import Terms
from infogere.terms.obligations import Obligation, Obligations
from infogere.terms.readings import PROFILES, Profile, Readings, profile_named
from infogere.terms.slot import MaintenanceSlot

__all__ = [
    "ACTIONS",
    "DUTIES",
    "LEVELS",
    "PROFILES",
    "STATES",
    "ActionName",
    "ActionRule",
    "Duty",
    "DutyName",
    "Level",
    "LevelName",
    "MaintenanceSlot",
    "Obligation",
    "Obligations",
    "Profile",
    "Readings",
    "State",
    "StateName",
    "Terms",
    "figures",
    "load",
    "obligations",
    "profile_named",
    "readings",
    "readings_file",
]

"""What each disputed reading is worth: the month again, with a single switch set as the other side reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from infogere.sla import compute
from infogere.sla.model import History, Rules
from infogere.sla.result import BothProfiles
from infogere.terms.readings import Profile


def alone(history: History, both: BothProfiles, rules_of: Mapping[Profile, Rules]) -> dict[str, Decimal]:
    """By switch: the customer's total if this one alone were read as the provider does.

    Readings work together, so these amounts do not add up to the difference between the profiles.
    """
    name = both.customer.month.name
    ours = rules_of["customer"]
    return {
        one.switch: compute.month(
            history, name, replace(ours, readings=ours.readings.model_copy(update={one.switch: one.provider}))
        ).total.amount
        for one in both.differences
    }

"""A result as JSON values. Rates are strings with six places, amounts strings with two, percents numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from infogere.sla.result import Availability, BothProfiles, Result


def core(result: Result) -> dict[str, Any]:
    """Month, both guarantees, total: what ``infogere sla simulate --json`` prints."""
    return {
        "month": _terms(result.month.availability) | {"breach": result.month.breach},
        "gtd": {"slices": result.gtd.slices, "percent": number(result.gtd.percent), "amount": str(result.gtd.amount)},
        "gtr": [
            {
                "incident": line.incident,
                "overrun_s": line.overrun_s,
                "percent": number(line.percent),
                "amount": str(line.amount),
            }
            for line in result.gtr.lines
        ],
        "total": {
            "percent": number(result.total.percent),
            "amount": str(result.total.amount),
            "capped": result.total.capped,
        },
    }


def whole(both: BothProfiles, shown: Result) -> dict[str, Any]:
    """The core with everything around it: years, incidents, works, the other profile, what is missing."""
    missing = shown.gtr.missing
    return {
        "contract": shown.contract,
        "profile": shown.profile,
        "terms": shown.terms,
        "name": shown.month.name,
        "complete": shown.month.complete,
        **core(shown),
        "limit_s": shown.month.limit_s,
        "unknown_s": shown.month.availability.unknown_s,
        "monitored_s": shown.month.availability.monitored_s,
        "missing": {"what": missing.what, "clause": missing.clause, "way_out": missing.way_out} if missing else None,
        "years": [
            {
                "number": year.number,
                "start": year.availability.start,
                "end": year.availability.end,
                **_terms(year.availability),
                "under": year.availability.under,
                "crossed_here": year.crossed_here,
            }
            for year in shown.years
        ],
        "incidents": [
            {
                "incident": line.id,
                "standing": line.standing,
                "contract_s": line.contract_s,
                "monitoring_s": line.monitoring_s,
                "counted_s": line.counted_s,
                "open": line.open,
            }
            for line in shown.incidents
        ],
        "works": [
            {"works": job.id, "standing": job.standing, "planned_s": job.planned_s, "counted_s": job.counted_s}
            for job in shown.works
        ],
        "profiles": {
            result.profile: {
                "breach": result.month.breach,
                "percent": number(result.total.percent),
                "amount": str(result.total.amount),
            }
            for result in (both.customer, both.provider)
        },
        "differences": [
            {"question": one.question, "switch": one.switch, "customer": one.customer, "provider": one.provider}
            for one in both.differences
        ],
    }


def explained(result: Result) -> list[dict[str, Any]]:
    """The steps of the arithmetic."""
    return [
        {
            "key": step.key,
            "clause": step.clause,
            "reading": step.reading or None,
            "text": step.text,
            "numbers": {
                name: str(value) if isinstance(value, Decimal) else value for name, value in step.numbers.items()
            },
        }
        for step in result.steps
    ]


def number(percent: Decimal) -> int | float:
    """``20`` and not ``20.0``; ``2.5``."""
    return int(percent) if percent == percent.to_integral_value() else float(percent)


def _terms(terms: Availability) -> dict[str, Any]:
    return {
        "total_s": terms.total_s,
        "planned_s": terms.planned_s,
        "unavailable_s": terms.unavailable_s,
        "excluded_s": terms.excluded_s,
        "rate": None if terms.rate is None else str(terms.rate),
    }

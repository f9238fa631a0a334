"""Compose the rules into a decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from infogere.policy.case import Case
from infogere.policy.rules import RULES, Refusal, Rule
from infogere.terms import ActionName

_ROUNDS = 8
"""Two rules that refuse in turns are asked again so often; the present ones need two rounds."""


@dataclass(frozen=True)
class Decision:
    """The policy's answer.

    Attributes:
        clause: what refuses the action, else what provides for it.
        reason: one line; of a refusal, with the way out.
        next_opening: earliest instant, ``at`` or later, at which the same question is answered with yes
            (UTC; ``at`` itself when allowed); None: waiting does not help.
        refusals: all of them; the first one is the one that counts.
        duties: what an allowed action obliges to, each with its clause.
        inputs: what the answer was computed from, by name.
        calendar_version: stamp that repeats the computation.
        emergency: the reason, when it is what allowed the action; then it counts in the SLA (Q9).
    """

    allowed: bool
    action: ActionName
    server: str
    at: datetime
    clause: str
    reason: str
    next_opening: datetime | None
    calendar_version: str
    refusals: tuple[Refusal, ...] = ()
    duties: tuple[str, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    emergency: str = ""


def decide(case: Case) -> Decision:
    """Ask every rule; the first refusal wins."""
    refusals = tuple(judged(case))
    if refusals:
        first = refusals[0]
        reason = f"{first.reason}; {first.way_out}" if first.way_out else first.reason
        return _decision(case, first.clause, reason, next_opening(case, refusals), refusals=refusals)
    if _by_emergency(case):
        clause = case.in_force.emergency or case.in_force.clause
        return _decision(
            case,
            clause,
            f"emergency: {case.emergency}",
            case.at,
            duties=(f"inform the customer as soon as possible ({clause})",),
            emergency=case.emergency,
        )
    return _decision(case, *_ground(case), case.at, duties=_counts(case))


def _counts(case: Case) -> tuple[str, ...]:
    """What the notice of announced works did not achieve."""
    works = case.announced
    if works is None or not case.inside_works or works.excluded:
        return ()
    return (f"works {works.works} were announced too late: the interruption counts in the availability (A-5.5-1)",)


def judged(case: Case) -> Iterator[Refusal]:
    """Every refusal, in order of precedence."""
    for rule in RULES:
        if rule.concerns(case.action):
            refusal = rule.judge(case)
            if refusal is not None:
                yield refusal


def explained(case: Case) -> Iterator[tuple[Rule, Refusal | None]]:
    """Every rule that looks at the action, with what it says."""
    for rule in RULES:
        if rule.concerns(case.action):
            yield rule, rule.judge(case)


def next_opening(case: Case, refusals: tuple[Refusal, ...]) -> datetime | None:
    """The earliest instant at which nothing refuses, everything but time left as it is.

    Each refusal names the earliest end of its own; none of them opens before the latest of these, so that
    nothing is skipped when the question is asked again there.
    """
    for _ in range(_ROUNDS):
        if not refusals:
            return case.at.astimezone(UTC)
        ends = [refusal.opens for refusal in refusals]
        known = [end for end in ends if end is not None]
        if len(known) < len(ends):
            return None
        case = replace(case, at=max(known))
        refusals = tuple(judged(case))
    return None


def _by_emergency(case: Case) -> bool:
    """Whether it is the emergency that opened the window."""
    if not case.emergency or not case.in_force.emergency:
        return False
    return bool(tuple(judged(replace(case, emergency=""))))


def _ground(case: Case) -> tuple[str, str]:
    """Clause and reason of an action that nothing refuses."""
    form = case.server.order_form
    bought = case.in_force
    if bought.window and case.corrects:
        return "A-3.1.4-3", "a correction while the server is cut off: the sooner made, the sooner the cut ends"
    if case.inside_works and case.announced:
        return bought.announced or bought.clause, f"inside the announced works {case.announced.works}"
    if bought.window and not case.commissioned:
        return case.terms.levels[form.level].actions["deliver"].clause, (
            "the server is not delivered yet: no service to disturb, no window"
        )
    product = "private cloud" if form.private_cloud else f"level {form.level}"
    reason = {
        "if-ordered": f"order form {form.id} has the option {case.action}",
        "on-agreement": f"agreed with the customer: {case.agreement}",
    }.get(bought.verdict, f"{product} provides for it")
    if bought.window:
        reason += ", inside the maintenance window"
    return bought.clause, reason


def _decision(
    case: Case,
    clause: str,
    reason: str,
    opening: datetime | None,
    **more: Any,
) -> Decision:
    return Decision(
        allowed="refusals" not in more,
        action=case.action,
        server=case.server.name,
        at=case.at,
        clause=clause,
        reason=reason,
        next_opening=opening.astimezone(UTC) if opening else None,
        calendar_version=case.calendar.stamp,
        inputs=inputs(case),
        **more,
    )


def inputs(case: Case) -> dict[str, str]:
    """What the answer depends on, in words."""
    form, standing = case.server.order_form, case.standing
    found = {
        "terms": case.terms.version,
        "order form": form.id,
        "product": "private cloud" if form.private_cloud else f"level {form.level}",
        "state": standing.state if case.commissioned else "not delivered",
        "readings": ", ".join([case.profile, *(f"{name}={value}" for name, value in form.readings.items())]),
        "calendar": case.calendar.stamp,
        "local time": f"{case.calendar.local(case.at):%a %Y-%m-%d %H:%M %Z}",
    }
    if standing.seq is not None:
        found["state entry"] = str(standing.seq)
    if case.emergency:
        found["emergency"] = case.emergency
    if case.agreement:
        found["agreement"] = case.agreement
    if case.in_force.announced and case.announced:
        found["announced works"] = case.announced.works
    if case.notified:
        found["notified"] = case.calendar.local(case.notified).isoformat()
    if case.expected_duration:
        found["expected duration"] = f"{case.expected_duration} s"
    return found

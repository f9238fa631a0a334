"""Who gets what: an order form put into duties, actions, windows and guarantees, each with its clause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from infogere.fleet.models import Server
from infogere.policy.case import Case, Standing
from infogere.policy.deciding import decide
from infogere.policy.oracle import Oracle
from infogere.terms import ACTIONS, DutyName

OPTION_OF_DUTY: Mapping[DutyName, str] = {
    "engineer-diagnosis": "engineer_fix",
    "backups": "backup",
    "restores": "restore",
}
"""The option of the order form behind a duty that is owed only if ordered."""


@dataclass(frozen=True)
class Entitlement:
    """One line of what a server gets.

    Attributes:
        topic: ``contract``, ``duty``, ``action``, ``window``, ``backup`` or ``guarantee``.
        name: what it is about.
        value: what is owed, allowed or refused, in words.
        clause: where that comes from.
    """

    topic: str
    name: str
    value: str
    clause: str


def of(server: Server, oracle: Oracle, standing: Standing, at: datetime) -> Iterator[Entitlement]:
    """Everything that one server gets at ``at`` (aware), in the order of a contract."""
    cases = {action: oracle.case(action, server, at, standing=standing) for action in ACTIONS}
    yield from _contract(cases["converge"])
    yield from _duties(server, oracle)
    yield from (_action(case) for case in cases.values())
    yield from _window(cases["converge"])
    yield from _backups(server, oracle)
    yield from _guarantees(server, oracle)


def _contract(case: Case) -> Iterator[Entitlement]:
    form, terms = case.server.order_form, case.terms
    level = terms.levels[form.level]
    yield Entitlement("contract", "order form", f"{form.id} of {form.customer}", "A-5.1-1")
    yield Entitlement("contract", "terms", terms.version, terms.version_clause[0])
    yield Entitlement("contract", "level", f"{form.level}: {level.summary}", level.clause)
    if form.private_cloud:
        said = "the customer is its only administrator"
        yield Entitlement("contract", "private cloud", said, terms.private_cloud.clause)
    state, since = case.standing.state, case.standing.since
    if not case.commissioned:
        shown, clause = "not delivered yet", terms.delivery.commissioning_date.clause
    else:
        shown = f"{state} since {case.calendar.local(since):%Y-%m-%d %H:%M}" if since else state
        clause = case.state.clause
    yield Entitlement("contract", "state", shown, clause)


def _duties(server: Server, oracle: Oracle) -> Iterator[Entitlement]:
    form = server.order_form
    if form.private_cloud:
        return
    for name, duty in oracle.terms.levels[form.level].duties.items():
        value: str = duty.status
        if duty.status == "if-ordered":
            option = OPTION_OF_DUTY[name]
            value = "owed, as ordered" if getattr(form.options, option) else f"not-owed: {option} was not ordered"
        elif duty.condition:
            value += f": {duty.condition}"
        yield Entitlement("duty", name, value, duty.clause)


def _action(case: Case) -> Entitlement:
    decision = decide(case)
    if decision.allowed:
        value = "allowed now"
    elif decision.next_opening:
        value = f"from {case.calendar.local(decision.next_opening):%a %Y-%m-%d %H:%M}"
    else:
        value = f"refused: {decision.refusals[0].reason}"
    return Entitlement("action", case.action, value, decision.clause)


def _window(case: Case) -> Iterator[Entitlement]:
    clause = case.bought.window
    if clause is None:
        return
    own = case.server.order_form.maintenance_slot
    if own is None:
        value = f"working days and hours less the discouraged periods, calendar {case.calendar.version}"
        yield Entitlement("window", "maintenance", value, clause)
        return
    value = f"{own.rule}, {own.start:%H:%M} to {own.end:%H:%M}"
    if own.outside_hours:
        value += ", outside working hours at the customer's cost"
    yield Entitlement("window", "maintenance", value, "A-L3-26" if own.outside_hours else "A-L3-13")


def _backups(server: Server, oracle: Oracle) -> Iterator[Entitlement]:
    rules, form = oracle.terms.backups, server.order_form
    if not form.hosted_here:
        yield Entitlement("backup", "backups", "none: hosted elsewhere", rules.hosted_here_only.clause)
    elif not form.options.backup:
        yield Entitlement("backup", "backups", "none: not ordered", rules.ordered_only.clause)
    else:
        kept = rules.databases_retention
        at = f"daily at {rules.databases.at:%H:%M}"
        yield Entitlement("backup", "databases", at, rules.databases.clause)
        yield Entitlement("backup", "databases kept", f"{kept.days} days", kept.clause)
        yield Entitlement("backup", "files", f"daily, at {rules.files.when}", rules.files.clause)
        yield Entitlement("backup", "files kept", f"{rules.files_retention.days} days", rules.files_retention.clause)


def _guarantees(server: Server, oracle: Oracle) -> Iterator[Entitlement]:
    form, terms = server.order_form, oracle.terms
    rate = terms.availability.rate
    yield Entitlement("guarantee", "availability", f"{rate.percent} %", rate.clause)
    gtr = f"{form.gtr.hours} h, {form.gtr.coverage}" if form.gtr else "not stated: no penalty can be computed"
    yield Entitlement("guarantee", "time to restore", gtr, terms.restore_time.hours.clause)
    fee = "not stated: no penalty can be priced"
    if form.monthly_fee is not None:
        fee = f"{form.monthly_fee} {form.currency}"
    yield Entitlement("guarantee", "monthly fee", fee, terms.availability.penalty.clause)

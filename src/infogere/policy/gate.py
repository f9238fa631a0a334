"""The gate of every playbook: decide for one host, and put the answer on record before anything is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from infogere.calendar import Calendar, walltime
from infogere.fleet.check import judge_host
from infogere.fleet.finding import Finding
from infogere.fleet.models import Server
from infogere.fleet.resolved import READ, ResolvedHost, plain
from infogere.policy.case import Announced, Case
from infogere.policy.deciding import Decision, decide
from infogere.policy.oracle import Oracle, known_action
from infogere.policy.standing import standing
from infogere.record.entries import Decision as DecisionEntry
from infogere.record.recorder import one_line
from infogere.record.store import Store

Works = Callable[[str, datetime, int, Calendar], Announced | None]
"""The announced works that hold what begins on a server at an instant and takes so many seconds, if possible excluded
ones; or else the next ones."""


@dataclass(frozen=True)
class Question:
    """What a playbook asks.

    Attributes:
        run: id of the run that asks; None: none is known.
        notified: when the customer was told, ISO 8601; empty: not.
        check_mode: nothing will be done; the answer is recorded as such.
        works: asked where the action waits for announced works; None: no works are known.
    """

    action: str
    emergency: str = ""
    agreement: str = ""
    notified: str = ""
    expected_duration: int = 0
    run: str | None = None
    check_mode: bool = False
    works: Works | None = None


@dataclass(frozen=True)
class Answer:
    """The decision's gist, and where it was written.

    Attributes:
        works: the announced works that it is allowed in; empty: in none.
        emergency: the reason, where that is what allowed it; the customer is then to be informed (A-L3-25, A-L4-12).
        faulty: the order form cannot be judged; that is an error of the inventory, not the contract's no.
        next_opening: local, with offset; None: waiting does not help, or it is allowed.
        seq: number of the entry in the record.
    """

    allowed: bool
    clause: str
    reason: str
    seq: int
    next_opening: str | None = None
    duties: tuple[str, ...] = ()
    works: str = ""
    emergency: str = ""
    faulty: bool = False


@lru_cache(maxsize=1)
def oracle() -> Oracle:
    """One oracle per process; workers forked later share what it has loaded."""
    made = Oracle.configured()
    made.default_calendar()
    return made


def ask(
    host: str,
    variables: Mapping[str, Any],
    question: Question,
    *,
    url: str,
    state_dir: Path,
    now: datetime | None = None,
) -> Answer:
    """Decide for one host and write the decision down.

    Args:
        variables: the host's merged variables, templated: ``order_form``, ``customer``, ``group_names``,
            ``inventory_file``.
        url, state_dir: of the record; if it cannot be written, this raises and nothing may start.
    """
    at = now or datetime.now(UTC)
    known_action(question.action)
    resolved = host_of(host, variables)
    server, findings = judge_host(resolved, oracle().terms)
    if server is None or findings:
        answer, entry = _faulty(resolved, findings[0], question, at)
    else:
        answer, entry = _decided(server, question, at, url)
    with Store(url, state_dir) as store:
        return Answer(**{**answer, "seq": store.append(entry)})


def host_of(host: str, variables: Mapping[str, Any]) -> ResolvedHost:
    """A host as a playbook knows it; for ``variables`` see ``ask``."""
    return ResolvedHost(
        name=host,
        groups=tuple(str(name) for name in variables.get("group_names", ())),
        variables={name: plain(variables[name]) for name in READ if variables.get(name) is not None},
        names=tuple(str(name) for name in variables),
        file=str(variables.get("inventory_file") or ""),
    )


def _decided(server: Server, question: Question, at: datetime, url: str) -> tuple[dict[str, Any], DecisionEntry]:
    calendar = oracle().calendar_of(server.order_form)
    notified = None
    if question.notified:
        notified, _ = walltime.parse_instant(question.notified, calendar.zone, why="a notice runs by the hour")
    case = oracle().case(
        question.action,
        server,
        at,
        standing=standing(url, server.name, at),
        emergency=one_line(question.emergency),
        agreement=one_line(question.agreement),
        notified=notified,
        expected_duration=question.expected_duration,
    )
    if case.in_force.announced and question.works:
        case = replace(case, announced=question.works(server.name, at, case.expected_duration, calendar))
    decision = decide(case)
    opening = decision.next_opening if not decision.allowed else None
    answer = {
        "allowed": decision.allowed,
        "clause": decision.clause,
        "reason": decision.reason,
        "next_opening": calendar.local(opening).isoformat() if opening else None,
        "duties": decision.duties,
        "works": case.announced.works if case.announced and case.inside_works else "",
        "emergency": decision.emergency,
    }
    return answer, _entry(case, decision, question)


def _entry(case: Case, decision: Decision, question: Question) -> DecisionEntry:
    return DecisionEntry(
        terms=case.terms.version,
        run=question.run,
        server=decision.server,
        contract=case.server.order_form.id,
        at=decision.at,
        action=decision.action,
        allowed=decision.allowed,
        clause=decision.clause,
        reason=one_line(decision.reason),
        next_opening=None if decision.allowed else decision.next_opening,
        explain=tuple(one_line(line) for line in _explanation(decision, question)),
        calendar_version=decision.calendar_version,
        emergency=decision.emergency or None,
    )


def _explanation(decision: Decision, question: Question) -> list[str]:
    lines = [f"{name}: {value}" for name, value in decision.inputs.items()]
    lines += [f"refusal {no.clause}: {no.reason}" for no in decision.refusals]
    lines += decision.duties
    return [*lines, "check mode"] if question.check_mode else lines


def _faulty(
    host: ResolvedHost, finding: Finding, question: Question, at: datetime
) -> tuple[dict[str, Any], DecisionEntry]:
    reason = f"{finding.key}: {finding.message}; {finding.way_out}"
    form = host.variables.get("order_form")
    contract = form.get("id") if isinstance(form, dict) else None
    entry = DecisionEntry(
        terms=oracle().terms.version,
        run=question.run,
        server=host.name,
        contract=contract if isinstance(contract, str) else None,
        at=at,
        action=question.action,
        allowed=False,
        clause=finding.clause,
        reason=one_line(reason),
        explain=("check mode",) if question.check_mode else (),
    )
    return {"allowed": False, "clause": finding.clause, "reason": reason, "faulty": True}, entry

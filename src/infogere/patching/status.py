"""The fleet's updates at a glance: what is pending, since when, what was done last, when the next window opens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from infogere.fleet.models import Fleet, Server
from infogere.patching.plan import Plan
from infogere.policy.case import UNRECORDED, Standing
from infogere.policy.deciding import judged, next_opening
from infogere.policy.oracle import Oracle
from infogere.record.database import RecordMissing
from infogere.record.kinds.maintenance import PackagesUpdated
from infogere.record.reading import Reader


@dataclass(frozen=True)
class Done:
    """The last run on a server: when it ended, UTC, how, and which plan it applied."""

    at: datetime
    outcome: str
    plan: str = ""


@dataclass(frozen=True)
class Line:
    """One server.

    Attributes:
        never: why no window ever applies updates, with its clause; empty: one will.
        pending: number of pending changes by class, and of those that wait for the customer under ``refused``.
        planned_at: when its plan was frozen, UTC; None: it has none.
        last: None: no run is on record.
        opens: when the window opens or has opened, UTC; None: it does not.
        reboot: since when a reboot is pending, UTC; None: none is.
        proposed: since when updates are proposed that the customer has not answered to, UTC; None: none are.
        overdue: no plan was applied for longer than a cycle (A-L3-21); always False without a cycle.
    """

    server: str
    never: str
    pending: Mapping[str, int]
    planned_at: datetime | None
    last: Done | None
    opens: datetime | None
    reboot: datetime | None
    proposed: datetime | None
    overdue: bool


def last_runs(url: str) -> dict[str, Done]:
    """The newest ``packages-updated`` entry of each server."""
    found: dict[str, Done] = {}
    try:
        with Reader(url) as reader:
            for entry in reader.newest(PackagesUpdated.kind):
                if entry.server and entry.server not in found:
                    found[entry.server] = Done(entry.at, str(entry.data["outcome"]), str(entry.data["plan"]))
    except RecordMissing:
        return {}
    return found


def lines(
    fleet: Fleet,
    oracle: Oracle,
    *,
    plans: Mapping[str, Plan],
    standings: Mapping[str, Standing],
    runs: Mapping[str, Done],
    now: datetime,
    cycle: timedelta | None = None,
    reboots: Mapping[str, datetime] | None = None,
    proposed: Mapping[str, datetime] | None = None,
) -> list[Line]:
    """One line per server, by name.

    Args:
        reboots: last reboot of each server; see ``reboots.last_reboots``.
        proposed: since when each server has a proposal without an answer.
        cycle: longest time between two runs; the terms say "regularly" and no figure.
    """
    made = []
    for server in sorted(fleet, key=lambda server: server.name):
        name = server.name
        line = _line(server, oracle, plans.get(name), standings.get(name, UNRECORDED), runs.get(name), now, cycle)
        waiting = reboot_since(plans.get(name), runs.get(name), (reboots or {}).get(name))
        made.append(replace(line, reboot=waiting, proposed=(proposed or {}).get(name)))
    return made


def reboot_since(plan: Plan | None, last: Done | None, rebooted: datetime | None) -> datetime | None:
    """Since when a reboot is pending: the server said so when it was planned, or a run has brought a kernel since."""
    since = [plan.made] if plan and plan.reboot_pending else []
    if plan and plan.reboot and last and (last.plan, last.outcome) == (plan.name, "ok"):
        since.append(last.at)
    return min((at for at in since if rebooted is None or rebooted < at), default=None)


def _line(  # noqa: PLR0917 - what one line is made of
    server: Server,
    oracle: Oracle,
    plan: Plan | None,
    standing: Standing,
    last: Done | None,
    now: datetime,
    cycle: timedelta | None,
) -> Line:
    case = oracle.case("patch-minor", server, now, standing=standing)
    refusals = tuple(judged(case))
    never = next((f"{no.reason} [{no.clause}]" for no in refusals if no.opens is None), "")
    applied = bool(plan and last and (last.plan, last.outcome) == (plan.name, "ok"))
    pending: Counter[str] = (
        Counter(change.update_class for change in plan.planned) if plan and not applied else Counter()
    )
    if plan and plan.refused:
        pending["refused"] = len(plan.refused)
    up_to_date = plan is not None and not plan.planned
    seen = max(
        (instant for instant in (last.at if last else None, plan.made if plan and up_to_date else None) if instant),
        default=None,
    )
    return Line(
        server=server.name,
        never=never,
        pending=dict(pending),
        planned_at=plan.made if plan else None,
        last=last,
        opens=None if never else next_opening(case, refusals),
        reboot=None,
        proposed=None,
        overdue=bool(cycle and not never and (seen is None or now - seen > cycle)),
    )

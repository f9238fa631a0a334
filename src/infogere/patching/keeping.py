"""Freeze a server's plan and keep in the record what was planned and what a run did with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from infogere.errors import InfogereError
from infogere.fleet.check import judge_host
from infogere.fleet.models import Server
from infogere.patching import frozen
from infogere.patching.choices import choices_of
from infogere.patching.facts import PackageName, VersionText, Word, pending_of
from infogere.patching.judging import Judge
from infogere.patching.plan import Plan, plan_of, security_closure
from infogere.policy import gate
from infogere.policy.deciding import judged
from infogere.policy.rules import Refusal
from infogere.policy.standing import standing
from infogere.record import happened
from infogere.record.database import RecordError
from infogere.record.entries import Entry
from infogere.record.kinds.maintenance import Interruption, PackageChange, PackagesUpdated, PatchPlanned
from infogere.record.reading import Reader
from infogere.record.store import Store

_HISTORY = 100
"""Runs of one server that are looked through."""


@dataclass(frozen=True)
class Controller:
    """Where this controller keeps things, and which run is at work.

    Attributes:
        url: ``record_url``.
        run: id of the run.
    """

    url: str
    state_dir: Path
    run: str


def server_of(host: str, variables: Mapping[str, Any]) -> Server:
    """The server behind a host of a play; see ``gate.ask`` for ``variables``."""
    server, findings = judge_host(gate.host_of(host, variables), gate.oracle().terms)
    if server is None or findings:
        first = findings[0]
        raise InfogereError(f"{host}: {first.key}: {first.message}", way_out=first.way_out, clause=first.clause)
    return server


def never_allowed(server: Server, controller: Controller, now: datetime | None = None) -> Refusal | None:
    """Why no window will ever apply updates to the server as it stands; None: one will."""
    at = now or datetime.now(UTC)
    case = gate.oracle().case("patch-minor", server, at, standing=standing(controller.url, server.name, at))
    return next((refusal for refusal in judged(case) if refusal.opens is None), None)


def freeze(
    server: Server,
    said: Mapping[str, Any],
    controller: Controller,
    *,
    security_only: bool = False,
    now: datetime | None = None,
) -> Plan:
    """Judge what the server said of its updates, freeze the plan and write it into the record.

    Args:
        said: result of the module ``pending_updates``.
        security_only: see ``plan_of``.

    Raises:
        InfogereError: the result is none, or plan or entry cannot be written.
    """
    made = now or datetime.now(UTC)
    form = server.order_form
    calendar = gate.oracle().calendar_of(form)
    plan = plan_of(
        server.name,
        form.id,
        pending_of(server.name, said),
        Judge(calendar.terms, calendar.readings, form.level),
        choices=choices_of(controller.url, server.name, calendar.local(made).date()),
        security_only=security_only,
        now=made,
    )
    frozen.freeze(controller.state_dir, plan)
    with Store(controller.url, controller.state_dir) as store:
        store.append(
            PatchPlanned(
                terms=plan.terms,
                run=controller.run,
                server=plan.server,
                contract=plan.contract,
                at=plan.made,
                plan=plan.name,
                digest=plan.digest,
                changes=tuple(change.entry() for change in plan.planned),
                refused=tuple(change.entry() for change in plan.refused),
                reboot=plan.reboot,
            )
        )
    return plan


def require_security(plan: Plan) -> None:
    """Refuse a plan that an emergency must not apply: it allows critical security fixes alone (A-L3-14, A-L3-25)."""
    others = {change.package for change in plan.planned} - security_closure(plan.planned)
    if others:
        raise InfogereError(
            f"{plan.server}: no security fixes: {', '.join(sorted(others)[:5])}",
            way_out=f"infogere patch plan --security -l {plan.server}",
            clause="A-L3-14",
        )


class _Done(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class DoneChange(_Done):
    """A package as the server has it after the run."""

    package: PackageName
    before: VersionText | None
    after: VersionText | None


class DoneInterruption(_Done):
    """A service that did not answer for a while."""

    service: Word
    began: AwareDatetime
    seconds: int = Field(ge=0)


class Done(_Done):
    """What the module ``update_set`` did; the server's words, checked."""

    outcome: Literal["ok", "rolled-back", "failed"]
    changes: tuple[DoneChange, ...] = ()
    interruptions: tuple[DoneInterruption, ...] = ()


def keep_result(plan: Plan, said: Mapping[str, Any], controller: Controller) -> None:
    """Write what a run did: every package from -> to, and each interruption; waits in the spool if it must.

    A plan is applied once and a repeated run returns what the first one did: it is written once too.
    """
    try:
        done = Done.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        raise InfogereError(
            f"{plan.server}: its report of the updates is none: {'.'.join(map(str, first['loc']))}: {first['msg']}",
            way_out="look at the server: /var/log/apt/history.log",
        ) from None
    if _is_kept(plan, controller):
        return
    about: dict[str, Any] = {
        "terms": plan.terms,
        "run": controller.run,
        "server": plan.server,
        "contract": plan.contract,
    }
    classes = {change.package: change for change in plan.changes}
    changes = tuple(
        PackageChange(
            package=change.package,
            installed=change.before,
            candidate=change.after,
            update_class=classes[change.package].update_class if change.package in classes else "unknown",
            security=change.package in classes and classes[change.package].security,
        )
        for change in done.changes
    )
    entries: list[Entry] = [PackagesUpdated(**about, plan=plan.name, outcome=done.outcome, changes=changes)]
    entries += [
        Interruption(**about, at=item.began, service=item.service, began=item.began, seconds=item.seconds)
        for item in done.interruptions
    ]
    for entry in entries:
        happened.keep(controller.url, controller.state_dir, entry)


def _is_kept(plan: Plan, controller: Controller) -> bool:
    try:
        with Reader(controller.url) as reader:
            entries = reader.entries(server=plan.server, kind=PackagesUpdated.kind, limit=_HISTORY)
            return any(entry.data["plan"] == plan.name for entry in entries)
    except RecordError:
        return False  # then the entries wait in the spool

"""``infogere patch``: judge updates, plan them, apply exactly what was planned."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infogere import settings
from infogere.cli import patch_choice, patch_propose, patch_reboot, timers
from infogere.cli.contract_options import ProfileOption, TermsOption
from infogere.cli.options import InventoryOption, JsonOption, LimitOption
from infogere.errors import InfogereError
from infogere.timers import Job, calendar_event

if TYPE_CHECKING:
    from infogere.patching.judging import Judge, Judgement
    from infogere.patching.plan import Plan

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Updates: what is minor, what a window would apply, and applying exactly that.",
    rich_markup_mode="markdown",
)


@app.command()
def plan(
    limit: LimitOption = None,
    inventory: InventoryOption = None,
    refresh: Annotated[bool, typer.Option(help="Fetch the package lists before; else judge by those there.")] = True,
    security: Annotated[bool, typer.Option("--security", help="Only security fixes and what they need.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Look at the pending updates of every server, judge each one, and freeze what a window may apply.

    Nothing is installed. What needs the customer's consent is left out, with everything that cannot come without it.

    Examples:

        infogere patch plan -l web1.example.net

        infogere patch plan --json | jq '.[] | {server, planned, refused, digest}'
    """
    from infogere.cli import playbooks

    started = datetime.now(UTC)
    wanted = {"patch_refresh": refresh, "patch_security": security}
    code = playbooks.run("patch_plan", inventory=inventory, limit=limit, variables=wanted)
    _print([made for made in _plans() if made.made >= started], as_json)
    raise typer.Exit(1 if code else 0)


@app.command()
def run(
    limit: LimitOption = None,
    inventory: InventoryOption = None,
    emergency: Annotated[
        str | None, typer.Option(metavar="REASON", help="Why security fixes cannot wait for the window; one line.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only see whether the plans still fit.")] = False,
    reason: Annotated[str, typer.Option(metavar="hand|timer", help="Who starts it, for the record.")] = "hand",
) -> None:
    """Apply exactly the frozen plans, in waves: one server first; stop at the first that does not survive its updates.

    A server whose archives or packages have changed since its plan was made is left as it is. Where a service does not
    answer after its update, the previous versions are put back. Outside the maintenance window nothing starts, but for
    an emergency, which allows security fixes alone and counts in the availability; the customer is told of it by mail
    before the first change (A-L3-25).

    Examples:

        infogere patch run -l web1.example.net

        infogere patch run --emergency "CVE-2026-1234 is exploited"
    """
    from infogere.cli import playbooks

    if emergency is not None and not emergency.strip():
        raise InfogereError("--emergency is empty", way_out="say it in one line; it goes into the record")
    if reason not in ("hand", "timer"):
        raise InfogereError(f"no reason {reason!r}", way_out="choose hand or timer")
    variables = {"patch_reason": reason}
    if emergency:
        variables["gate_emergency"] = " ".join(emergency.split())
    code = playbooks.run("patch", inventory=inventory, limit=limit, variables=variables, check=check)
    raise typer.Exit(1 if code else 0)


@app.command()
def timer(
    plan_on: Annotated[str, typer.Option(metavar="EVENT", help='When plans are made, e.g. "Mon 14:00".')],
    run_on: Annotated[str, typer.Option(metavar="EVENT", help='When they are run, e.g. "Tue 10:00".')],
    limit: LimitOption = None,
    install: timers.Install = None,
) -> None:
    """Make systemd timers for this controller, to be run from this folder by this user.

    A timer only knocks: the contract's window, holidays and the state of each server are asked for when it does. A run
    that was missed is not caught up.

    Example:

        sudo "$(command -v infogere)" patch timer --plan-on "Mon 14:00" \\
            --run-on "Tue 10:00" --install /etc/systemd/system
    """
    scope = ("--limit", limit) if limit else ()
    plan = Job(
        "patch-plan", "Plan updates", ("patch", "plan", *scope), calendar_event(plan_on), catch_up=False, confined=False
    )
    run = replace(
        plan,
        name="patch-run",
        what="Apply planned updates",
        arguments=("patch", "run", "--reason", "timer", *scope),
        event=calendar_event(run_on),
    )
    # Nothing is caught up: a missed window is missed (A-L3-24), and nine in the morning is no time for a night's work.
    timers.make([plan, run], install)


@app.command()
def show(
    servers: Annotated[list[str] | None, typer.Argument(metavar="[SERVER]...", help="Default: all.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show frozen plans; a plan that was altered since is refused.

    Example: infogere patch show web1.example.net
    """
    from infogere.patching import frozen

    where = settings.load()
    plans = [frozen.thaw(where.state_dir, server) for server in servers] if servers else _plans()
    if not plans and not as_json:
        typer.echo("no server has a plan; infogere patch plan makes them")
        return
    _print(plans, as_json)


@app.command()
def status(
    inventory: InventoryOption = None,
    cycle: Annotated[
        int | None, typer.Option(metavar="DAYS", min=1, help="Longest time between two runs; exit 1 if one is over.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """The fleet at a glance: pending by class, last run, next window, what waits for a reboot or an answer.

    No server is touched.

    Maintenance is regular (A-L3-21), and how often is the provider's figure: say it with --cycle.

    Example: infogere patch status --cycle 14
    """
    from infogere.cli import patch_view
    from infogere.fleet import check
    from infogere.patching import proposals, reboots
    from infogere.patching import status as room
    from infogere.policy.oracle import Oracle
    from infogere.policy.standing import standings

    where = settings.load()
    oracle = Oracle.configured()
    found = room.lines(
        check.load(tuple(inventory or ()), oracle.terms),
        oracle,
        plans={plan.server: plan for plan in _plans()},
        standings=standings(where.record_url),
        runs=room.last_runs(where.record_url),
        now=datetime.now(UTC),
        cycle=timedelta(days=cycle) if cycle else None,
        reboots=reboots.last_reboots(where.record_url),
        proposed=proposals.waiting_since(where.record_url),
    )
    if as_json:
        typer.echo(json.dumps([patch_view.line_as_plain(line) for line in found], ensure_ascii=False, indent=2))
    else:
        patch_view.show_status(found, oracle.default_calendar())
    raise typer.Exit(1 if any(line.overdue for line in found) else 0)


def _plans() -> list[Plan]:
    from infogere.patching import frozen

    return frozen.all_plans(settings.load().state_dir)


def _print(plans: list[Plan], as_json: bool) -> None:
    from infogere.cli import patch_view
    from infogere.patching import proposals

    proposed = proposals.proposals(settings.load().record_url)
    if as_json:
        plain = [patch_view.as_plain(plan, proposed) for plan in plans]
        typer.echo(json.dumps(plain, ensure_ascii=False, indent=2))
    else:
        patch_view.show(plans, proposed)


@app.command()
def classify(  # noqa: PLR0917 - one parameter per option
    installed: Annotated[str, typer.Argument(help="The version that is there; none: the package is not.")],
    candidate: Annotated[str, typer.Argument(help="The version that would come; none: the package would go.")],
    package: Annotated[
        str, typer.Option(metavar="NAME", help="Name of the package, for the exceptions of the terms.")
    ] = "",
    security: Annotated[bool, typer.Option("--security", help="It comes from the security archive.")] = False,
    as_json: JsonOption = False,
    terms: TermsOption = None,
    profile: ProfileOption = None,
) -> None:
    """Say whether an update is minor, so that a window may apply it, or more, so that the customer is asked.

    Minor: only the third component of the version changes, or later ones. Revision: the packaging alone. Major: the
    first or the second. Unknown: a date, a state of a repository, no version at all; treated as major, unless the terms
    list its package. Downgrade: never.

    JSON: class, component (the first that changes, from 1; 0: the epoch; null: none, or none that counts), allowed,
    clause, reason. Refused, the reason names the way out.

    Exit code 0: judged, whatever the answer is; 1: not judged, such as an empty version; 2: not called like this. A
    version that begins with - goes behind --.

    Examples:

        infogere patch classify 10.11.6-0+deb12u1 10.11.8-0+deb12u1

        infogere patch classify 2024a-0+deb12u1 2024b-0+deb12u1 --package tzdata \\
            --json

        infogere patch classify "18.0.61 Update 2" "18.0.61 Update 3"
    """
    # apt-cache prints (none) in parentheses.
    before, after = (version.strip().replace("(none)", "none") for version in (installed, candidate))
    if not before or not after:
        raise InfogereError("an empty version", way_out="write none for a package that is not there")
    if before == after == "none":
        raise InfogereError("neither version is there: nothing to judge", way_out="give one of the two")
    judgement = _judge(terms, profile).judge(before, after, package, security=security)
    if judgement.way_out:
        judgement = replace(judgement, reason=f"{judgement.reason}; {judgement.way_out}")
    if as_json:
        typer.echo(json.dumps(as_plain(judgement), ensure_ascii=False))
        return
    verdict = typer.style("allowed", fg="green", bold=True)
    if not judgement.allowed:
        verdict = typer.style("refused", fg="red", bold=True)
    typer.echo(f"{verdict}  {judgement.update_class}  [{judgement.clause}]")
    typer.echo(f"  {judgement.reason}")


def as_plain(judgement: Judgement) -> dict[str, Any]:
    """The judgement as JSON values."""
    plain = asdict(judgement)
    return {"class": plain.pop("update_class"), **plain}


def _judge(terms: str | None, profile: str | None) -> Judge:
    from infogere import terms as contract
    from infogere.patching.judging import Judge

    where = settings.load()
    path = terms or where.terms
    readings = contract.readings(contract.profile_named(profile or where.profile), path=path)
    return Judge(contract.load(path), readings)


for _command in (
    patch_reboot.reboot,
    patch_propose.propose,
    patch_choice.agree,
    patch_choice.refuse,
    patch_choice.defer,
):
    app.command()(_command)

"""``infogere patch propose``: what needs the customer's decision, by mail and on record."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from infogere import settings
from infogere.cli import mailing
from infogere.cli.options import InventoryOption, JsonOption, ServerOption
from infogere.errors import InfogereError

if TYPE_CHECKING:
    from infogere.notices.message import Mailbox
    from infogere.notices.works.parties import Party
    from infogere.patching.plan import Plan
    from infogere.patching.proposals import Asked, Known

Packages = Annotated[
    list[str] | None,
    typer.Option(
        "--package", "-p", metavar="NAME", help="May be repeated. Default: every major update without an answer."
    ),
]


def propose(  # noqa: PLR0917 - one parameter per option
    server: ServerOption,
    package: Packages = None,
    again: Annotated[bool, typer.Option("--again", help="Send it once more, as a reminder.")] = False,
    preview: Annotated[
        bool, typer.Option("--preview", "--dry-run", help="Print the message; write nothing, send nothing.")
    ] = False,
    inventory: InventoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Propose major updates to the customer: a mail with an id, what changes, and how to answer (A-L3-23).

    It takes them from the frozen plan of the server. The same changes are proposed once; a critical fix that a customer
    wants to refuse or delay is proposed by its name (A-L3-27). The answer: infogere patch agree, refuse or defer.

    Examples:

        infogere patch propose -s web1.example.net

        infogere patch propose -s web1.example.net -p openssl --preview
    """
    from infogere.patching import frozen, proposals
    from infogere.patching.choices import choices_of

    where = settings.load()
    party = _party(server, inventory)
    plan = frozen.thaw(where.state_dir, server)
    now = datetime.now(UTC)
    choices = choices_of(where.record_url, server, party.calendar.local(now).date())
    asked = proposals.asked_of(plan, package or [], choices)
    known = proposals.same(where.record_url, asked, server)
    if preview:
        _preview(plan, asked, party, _sender(), known, now)
        return
    if known and not again:
        _show(known, party, as_json, fresh=False)
        return
    outbox, sender = mailing.open_outbox(), _sender()
    if known:
        notice = proposals.remind(outbox, known, plan, asked, party, sender, now=now)
    else:
        from infogere.record.recorder import operator

        notice = proposals.propose(outbox, plan, asked, party, sender, author=operator(), now=now).notice
    mailing.send(outbox, [notice])
    made = proposals.same(where.record_url, asked, server)
    assert made is not None  # noqa: S101 - it was written above
    _show(made, party, as_json, fresh=True)
    if not as_json:
        mailing.show_letters(outbox.letters(notice))
    if not mailing.settled(outbox, [notice]):
        typer.secho("the proposal was not accepted yet: see infogere notices list --unsent", fg="red", err=True)
        raise typer.Exit(1)


def _party(name: str, inventory: list[str] | None) -> Party:
    from infogere.fleet.check import find_server
    from infogere.notices.works.parties import parties
    from infogere.policy.oracle import Oracle

    oracle = Oracle.configured()
    server = find_server(name, tuple(inventory or ()), oracle.terms)
    if oracle.case("patch-major", server).bought.verdict == "refused":
        rule = oracle.case("patch-major", server).bought
        raise InfogereError(f"{name} gets no updates from us", way_out=rule.way_out, clause=rule.clause)
    return parties([server], oracle.calendar_of)[0]


def _sender() -> Mailbox:
    from infogere.notices.message import sender_of
    from infogere.notices.smtp import relay_of

    where = settings.load()
    relay_of(where)
    return sender_of(where.mail_from)


def _preview(  # noqa: PLR0917
    plan: Plan, asked: Asked, party: Party, sender: Mailbox, known: Known | None, now: datetime
) -> None:
    from infogere.notices import writing
    from infogere.notices.words import render
    from infogere.patching import proposals

    proposal = known.entry.proposal if known else "P-00000000-000000"
    draft = proposals.draft_of(plan, asked, party, proposal)
    message = writing.compose_draft(draft, "N-0000000000000000", sender, about=None, now=now)
    typer.echo(f"To: {', '.join(box.address for box in party.recipients)}")
    typer.echo(f"Subject: {message.subject}\n")
    typer.echo(render(message.purpose, message.language, message.facts).text)
    typer.secho("nothing was written or sent", err=True)


def _show(known: Known, party: Party, as_json: bool, *, fresh: bool) -> None:
    entry = known.entry
    if as_json:
        plain = {**entry.model_dump(mode="json"), "seq": known.seq, "open": list(known.open), "fresh": fresh}
        typer.echo(json.dumps(plain, ensure_ascii=False, indent=2))
        return
    since = f"{party.calendar.local(known.since):%Y-%m-%d %H:%M}"
    verb = "proposed" if fresh else f"proposed since {since}, nothing is sent; once more: --again"
    typer.echo(f"{typer.style(entry.proposal, bold=True)}  {entry.server}  {verb}  [A-L3-23, A-L3-27]")
    for change in entry.changes:
        critical = "  security" if change.security else ""
        answered = "" if change.package in known.open else "  answered"
        typer.echo(f"    {change.package} {change.installed} -> {change.candidate}{critical}{answered}")
    if known.open:
        typer.echo(f"  the answer: infogere patch agree|refuse|defer --proposal {entry.proposal} --by ...")

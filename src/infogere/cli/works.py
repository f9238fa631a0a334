"""``infogere works``: planned works, announced in time and with proof."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from infogere import settings
from infogere.cli import durations, mailing, works_view
from infogere.cli.options import InventoryOption, JsonOption, OnlyContractOption, server_names
from infogere.errors import InfogereError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infogere.calendar import Calendar
    from infogere.notices.message import Mailbox
    from infogere.notices.works.announcing import Announced
    from infogere.notices.works.drafting import Plan
    from infogere.notices.works.parties import Party

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Planned works (article 5.5): outside the guarantees only if a mail server accepted the notice in time.",
    rich_markup_mode="markdown",
)

Works = Annotated[str, typer.Argument(metavar="ID", help="Id of the works, W-...")]
Start = Annotated[
    str | None, typer.Option(metavar="INSTANT", help="When they start, in the contract's zone, e.g. 2026-12-03T22:30.")
]
Duration = Annotated[
    str | None, typer.Option(metavar="DURATION", help="How long they are expected to take: 2h, 1h30, 90m.")
]
Emergency = Annotated[
    str | None, typer.Option(metavar="REASON", help="Why it cannot wait: allowed at any time, and it counts (Q9).")
]
NotExcluded = Annotated[bool, typer.Option("--not-excluded", help="Announce too late all the same: it then counts.")]
Preview = Annotated[
    bool, typer.Option("--preview", "--dry-run", help="Print the messages; write nothing, send nothing.")
]


@app.command()
def announce(  # noqa: PLR0917 - one parameter per option
    server: Annotated[
        list[str] | None,
        typer.Option("--server", "-s", metavar="NAME", help="May be repeated.", autocompletion=server_names),
    ] = None,
    customer: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="All servers of this customer; may be repeated.")
    ] = None,
    start: Start = None,
    duration: Duration = None,
    subject: Annotated[str | None, typer.Option(help="What is done, in one line; customers read it.")] = None,
    emergency: Emergency = None,
    not_excluded: NotExcluded = False,
    preview: Preview = False,
    inventory: InventoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Announce works to every contract that they touch: one notice each, sent now.

    Refused: a notice without start, duration or customers (A-5.5-2), and one that comes too late (A-5.5-1).
    Exit code 1 as long as a notice was not accepted: without that proof the works are not outside the guarantees.

    Examples:

        infogere works announce --server web1.example.net \\
            --start 2026-12-03T22:30 --duration 2h --subject "New disk"

        infogere works announce --customer acme --start 2026-12-03T22:30 \\
            --duration 90m --subject "Network" --preview
    """
    from infogere.notices.works import announcing

    if not server and not customer:
        raise _lacking("customers", "name them with --server NAME or --customer ID", "A-5.5-1")
    parties = _parties(server or [], customer or [], inventory)
    plan = _plan(parties, start, duration, subject, emergency=emergency, not_excluded=not_excluded)
    sender, now = _ready(), datetime.now(UTC)
    if preview:
        works_view.preview(plan, parties, sender, now)
        return
    outbox = mailing.open_outbox()
    _finish(announcing.announce(outbox, plan, parties, sender, now=now), as_json)


@app.command()
def move(  # noqa: PLR0917 - one parameter per option
    works: Works,
    start: Start = None,
    duration: Duration = None,
    emergency: Emergency = None,
    not_excluded: NotExcluded = False,
    preview: Preview = False,
    inventory: InventoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Announce another date of works: a new notice, with a deadline of its own (Q28).

    Until it is accepted, what was announced before stays what was announced.

    Example: infogere works move W-20261123-3f9a01 --start 2026-12-10T22:30
    """
    from infogere.notices.works import announcing, standing
    from infogere.record.reading import Reader

    with Reader(settings.load().record_url) as reader:
        known = {one.contract: one for one in standing.find(reader, works)}
    current = next(iter(known.values())).current
    parties = _parties(sorted({name for one in known.values() for name in one.current.servers}), [], inventory)
    plan = _plan(
        parties,
        start,
        duration or f"{current.duration_s}s",
        current.subject,
        emergency=emergency,
        not_excluded=not_excluded,
    )
    sender, now = _ready(), datetime.now(UTC)
    if preview:
        works_view.preview(plan, parties, sender, now, known)
        return
    _finish(announcing.move(mailing.open_outbox(), works, plan, parties, sender, now=now), as_json)


@app.command()
def cancel(
    works: Works,
    reason: Annotated[str, typer.Option(help="Why, in one line; customers read it.")],
    inventory: InventoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Cancel works: their time is not excluded any more, and whoever was told of them is told so.

    Example: infogere works cancel W-20261123-3f9a01 --reason "The disk holds"
    """
    from infogere.notices.works import announcing, standing
    from infogere.record.reading import Reader
    from infogere.record.recorder import operator

    with Reader(settings.load().record_url) as reader:
        known = standing.find(reader, works)
    parties = _parties(sorted({name for one in known for name in one.current.servers}), [], inventory)
    cancelled = announcing.cancel(
        mailing.open_outbox(),
        works,
        parties,
        _ready(),
        reason=_line(reason, "--reason"),
        author=operator(),
        now=datetime.now(UTC),
    )
    _finish(cancelled, as_json)


@app.command()
def done(
    works: Works,
    began: Annotated[str, typer.Option(metavar="INSTANT", help="When they really began, in the contract's zone.")],
    ended: Annotated[str, typer.Option(metavar="INSTANT", help="When the service was whole again.")],
    result: Annotated[str, typer.Option(help="What was done, in one line.")] = "done as announced",
    as_json: JsonOption = False,
) -> None:
    """Say when works really began and ended. What lies outside the announced span counts in the guarantees (Q28).

    Example:

        infogere works done W-20261123-3f9a01 --began 2026-12-03T22:31 \\
            --ended 2026-12-04T00:10
    """
    from infogere.notices.works import announcing
    from infogere.record.recorder import operator

    calendar = works_view.default_calendar()
    closed = announcing.done(
        mailing.open_outbox(),
        works,
        began=_instant(began, calendar),
        ended=_instant(ended, calendar),
        result=_line(result, "--result"),
        author=operator(),
        now=datetime.now(UTC),
    )
    if as_json:
        plain = [{"works": works, "contract": known.contract, "outside_s": seconds} for known, seconds in closed]
        typer.echo(json.dumps(plain, indent=2))
        return
    for known, seconds in closed:
        note = f"{seconds} s lie outside the announced span and count" if seconds else "within the announced span"
        typer.echo(f"{works}  {known.contract}  {note}")


@app.command("list")
def list_works(
    contract: OnlyContractOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show all works with their state and deadline.

    announced: the notice waits for its proof. proved: accepted in time, outside the guarantees. counted: accepted
    too late. void: no proof, and it is too late for one. cancelled, done.

    Example: infogere works list --contract BC-2026-014
    """
    works_view.show_all(contract, as_json)


@app.command()
def show(works: Works, as_json: JsonOption = False) -> None:
    """Show works in full: each contract, each revision, its deadline, its proof.

    Example: infogere works show W-20261123-3f9a01
    """
    works_view.show_one(works, as_json)


def _finish(announced: Announced, as_json: bool) -> None:
    outbox = mailing.open_outbox()
    notices = list(announced.notices.values())
    mailing.send(outbox, notices)
    works_view.show_one(announced.works, as_json)
    if not mailing.settled(outbox, notices):
        if not as_json:
            typer.secho("not every notice was accepted: see infogere notices list --unsent", fg="red", err=True)
        raise typer.Exit(1)


def _parties(servers: Sequence[str], customers: Sequence[str], inventory: list[str] | None) -> tuple[Party, ...]:
    from infogere.fleet.check import find_server, load
    from infogere.notices.works.parties import parties
    from infogere.policy.oracle import Oracle

    oracle, given = Oracle.configured(), tuple(inventory or ())
    found = {name: find_server(name, given, oracle.terms) for name in servers}
    if customers:
        everybody = load(given, oracle.terms)
        for customer in customers:
            theirs = {one.name: one for one in everybody if one.order_form.customer == customer}
            if not theirs:
                raise InfogereError(f"no server of customer {customer}", way_out="see: infogere fleet show")
            found |= theirs
    return parties(found.values(), oracle.calendar_of)


def _plan(
    parties: Sequence[Party],
    start: str | None,
    duration: str | None,
    subject: str | None,
    *,
    emergency: str | None,
    not_excluded: bool,
) -> Plan:
    from infogere.notices.works.drafting import Plan
    from infogere.record.recorder import operator

    if not start:
        raise _lacking("start", "say when they start: --start 2026-12-03T22:30")
    if not duration:
        raise _lacking("expected duration", "say how long they take: --duration 2h")
    zones = {party.calendar.zone.key for party in parties}
    instant = _instant(start, parties[0].calendar)
    if len(zones) > 1 and datetime.fromisoformat(start).tzinfo is None:
        raise InfogereError(
            f"--start {start}: the contracts live in {' and '.join(sorted(zones))}", way_out="write it with an offset"
        )
    return Plan(
        start=instant,
        duration_s=_seconds(duration),
        subject=_line(subject or "", "--subject"),
        author=operator(),
        emergency=_line(emergency, "--emergency") if emergency is not None else "",
        not_excluded=not_excluded,
    )


def _ready() -> Mailbox:
    """The sender; refuses before anything is written if mail could not be sent at all."""
    from infogere.notices.message import sender_of
    from infogere.notices.smtp import relay_of

    where = settings.load()
    relay_of(where)
    return sender_of(where.mail_from)


def _instant(text: str, calendar: Calendar) -> datetime:
    from infogere.calendar import walltime

    instant, note = walltime.parse_instant(text, calendar.zone, why="works start and end at an instant")
    if note:
        typer.echo(note, err=True)
    return instant


def _seconds(text: str) -> int:
    total = durations.seconds(text, bare_minutes=False, clause="A-5.5-2")
    if not total:
        raise InfogereError("works take some time", way_out="say how long: --duration 2h", clause="A-5.5-2")
    return total


def _line(text: str, option: str) -> str:
    from infogere.record.recorder import one_line

    line = one_line(text)
    if not line:
        raise InfogereError(f"{option} is empty", way_out="say it in one line; it goes into the record")
    return line


def _lacking(what: str, way_out: str, clause: str = "A-5.5-2") -> InfogereError:
    return InfogereError(f"the notice lacks its {what} and would be void", way_out=way_out, clause=clause)

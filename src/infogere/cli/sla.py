"""``infogere sla``: the guarantees of article 5, computed from a what-if or from the record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infogere.cli import sla_statement
from infogere.cli.contract_options import CalendarOption, TermsOption, open_calendar
from infogere.cli.options import ContractOption, JsonOption

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from infogere.sla.model import History, Rules
    from infogere.sla.result import BothProfiles, Result
    from infogere.terms.readings import Profile

app = typer.Typer(
    help="Availability, penalties and their arithmetic, each figure with its clause.",
    rich_markup_mode="markdown",
    no_args_is_help=True,
    add_completion=False,
)

ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="customer|provider",
        help="How unclear articles are read; both amounts are shown either way. Default: customer.",
    ),
]
ExplainOption = Annotated[
    bool, typer.Option("--explain", help="Every step of the arithmetic, with clause and reading.")
]


@app.command()
def simulate(  # noqa: PLR0917 - one parameter per option
    scenario: Annotated[Path, typer.Argument(metavar="SCENARIO", help="A what-if; see docs/sla.md.")],
    profile: ProfileOption = None,
    as_json: JsonOption = False,
    explain: ExplainOption = False,
    terms: TermsOption = None,
    calendar: CalendarOption = None,
) -> None:
    """Compute the guarantees of a what-if: no record, no inventory, nothing is written.

    A scenario has the keys contract, month, incidents and works:

        contract: {commissioned: 2024-01-01, timezone: Europe/Paris, monthly_fee: 120.00, gtr_hours: 4}
        month: 2024-06
        incidents:
          - {id: I1, start: 2024-06-12 09:50:00, ticket: 2024-06-12 10:00:00, restored: 2024-06-12 15:01:00,
             cause: provider, effect: interruption}
        works:
          - {start: 2024-06-20 22:00:00, end: 2024-06-20 23:00:00, notice_sent: 2024-06-11 09:00:00}

    Examples:

        infogere sla simulate docs/scenarios/outage.yml

        infogere sla simulate docs/scenarios/outage.yml \\
            --explain --profile provider
    """
    from infogere import settings
    from infogere import terms as contract
    from infogere.sla import compute
    from infogere.sla import scenario as what_if

    chosen = contract.profile_named(profile or "customer")
    terms = terms or settings.load().terms
    found = what_if.load(scenario, open_calendar(terms, calendar, chosen))
    for note in found.notes:
        typer.echo(note, err=True)
    rules_of = {name: compute.rules(name, terms=terms) for name in contract.PROFILES}
    both = compute.both(found.history, found.month, rules_of, terms=terms)
    shown = both.of(chosen)
    if as_json:
        from infogere.sla import plain

        _print_json(plain.core(shown) | ({"explain": plain.explained(shown)} if explain else {}))
        return
    _show(both, shown, found.history, rules_of, explain=explain)


@app.command()
def show(  # noqa: PLR0917 - one parameter per option
    contract: ContractOption,
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="Default: the present month, or that of --at.")
    ] = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
    explain: ExplainOption = False,
    at: Annotated[str | None, typer.Option(metavar="INSTANT", help="As the record stood then. Default: now.")] = None,
    terms: TermsOption = None,
) -> None:
    """Compute the guarantees of a month from the SLA record: incidents, works and monitoring of one contract.

    Nothing is written. Incidents that are still open run until now, or until the instant of --at.

    Examples:

        infogere sla show --contract BC-2026-014

        infogere sla show --contract BC-2026-014 --month 2026-10 --explain

        infogere sla show --contract BC-2026-014 --month 2026-10 \\
            --at 2026-11-01T09:00
    """
    from infogere import settings
    from infogere import terms as known_terms
    from infogere.record.reading import Reader
    from infogere.sla import compute, recorded

    where = settings.load()
    chosen = known_terms.profile_named(profile or where.profile)
    terms = terms or where.terms
    with Reader(where.record_url) as reader:
        found = recorded.load(reader, contract, month, _instant(at, where.calendar), terms)
    both = compute.both(found.history, found.month, found.rules_of, terms=terms)
    if as_json:
        from infogere.sla import plain

        shown = both.of(chosen)
        _print_json(plain.whole(both, shown) | ({"explain": plain.explained(shown)} if explain else {}))
        return
    _show(both, both.of(chosen), found.history, found.rules_of, explain=explain)


def _instant(text: str | None, calendar: str | None) -> datetime:
    from datetime import UTC, datetime

    from infogere.calendar import load, walltime

    if text is None:
        return datetime.now(UTC)
    instant, note = walltime.parse_instant(text, load(calendar).zone, why="the record stands at an instant")
    if note:
        typer.echo(note, err=True)
    return instant


def _show(
    both: BothProfiles, shown: Result, history: History, rules_of: Mapping[Profile, Rules], *, explain: bool
) -> None:
    from infogere.cli import sla_view
    from infogere.sla import sensitivity

    worth = sensitivity.alone(history, both, rules_of)
    sla_view.show(both, shown, history.contract.zone, worth, explain=explain)


def _print_json(answer: dict[str, Any]) -> None:
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))


app.command()(sla_statement.statement)

"""``infogere problem``: the root cause of one or more incidents (A-2-4)."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from infogere.cli.desk_options import (
    AuthorOption,
    as_plain,
    author_of,
    open_desk,
    print_json,
    receipt,
    said,
)
from infogere.cli.options import InventoryOption, JsonOption

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Problems: the root cause of one or more incidents (A-2-4).",
    rich_markup_mode="markdown",
)

Number = Annotated[str, typer.Argument(metavar="PROBLEM", help="Its number, e.g. PRB-2026-0001.")]


@app.command("open")
def open_problem(
    *,
    summary: Annotated[str, typer.Option("--summary", "-m", metavar="TEXT", help="What lies behind them.")],
    incident: Annotated[list[str], typer.Option(metavar="INCIDENT", help="An incident that it caused; repeatable.")],
    author: AuthorOption = None,
    inventory: InventoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open a problem behind incidents and print its number; incidents of several customers may share one.

    Example:

        infogere problem open -m "failing disk controller" \\
            --incident INC-2026-0001 --incident INC-2026-0004
    """
    from infogere.sla.problem_desk import ProblemDesk

    number, written = ProblemDesk(open_desk(inventory), author_of(author)).open(said(summary, "--summary"), incident)
    if as_json:
        print_json({"problem": number, "recorded": [as_plain(*one) for one in written]})
        return
    typer.secho(number, bold=True)
    receipt(written)


@app.command()
def say(
    problem: Number,
    *,
    summary: Annotated[str | None, typer.Option("--summary", "-m", metavar="TEXT", help="A better summary.")] = None,
    root_cause: Annotated[str | None, typer.Option(metavar="TEXT", help="The root cause, once it is known.")] = None,
    close: Annotated[bool, typer.Option("--close", help="It is solved; needs a root cause.")] = False,
    author: AuthorOption = None,
    inventory: InventoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say more of a problem, in the chain of every customer that it concerns.

    Example:

        infogere problem say PRB-2026-0001 \\
            --root-cause "controller firmware 1.2, replaced" --close
    """
    from infogere.sla.problem_desk import ProblemDesk

    writer = ProblemDesk(open_desk(inventory), author_of(author))
    written = writer.say(problem, summary=summary, root_cause=root_cause, closed=close)
    if as_json:
        print_json({"problem": problem, "recorded": [as_plain(*one) for one in written]})
        return
    receipt(written)


@app.command("list")
def list_problems(
    only_open: Annotated[bool, typer.Option("--open", help="Only those that are not closed.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show problems, newest first.

    Example: infogere problem list --open
    """
    from infogere.sla.problem_desk import ProblemDesk

    desk = open_desk(None)
    found = {
        number: known
        for number, known in ProblemDesk(desk, author_of(None)).all().items()
        if not (only_open and next(iter(known.values())).closed)
    }
    if as_json:
        print_json([_plain(number, known) for number, known in found.items()])
        return
    for number, known in found.items():
        last = next(iter(known.values()))
        state = "closed" if last.closed else "open"
        cause = f"; cause: {last.root_cause}" if last.root_cause else ""
        typer.echo(f"{number}  {state:<6}  {', '.join(sorted(known))}  {last.summary}{cause}")
    if not found:
        typer.echo("no problem found")


def _plain(number: str, known: dict[str, Any]) -> dict[str, Any]:
    last = next(iter(known.values()))
    return {
        "problem": number,
        "contracts": sorted(known),
        "summary": last.summary,
        "root_cause": last.root_cause,
        "closed": last.closed,
    }

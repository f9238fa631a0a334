"""``infogere terms``: read the contract as the program reads it."""

from __future__ import annotations

from typing import Annotated

import typer

from infogere.cli.contract_options import TermsOption
from infogere.errors import InfogereError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="The contract as data: clauses, figures, and how unclear articles are read.",
    rich_markup_mode="markdown",
)


@app.command()
def show(
    article: Annotated[
        str | None,
        typer.Argument(help="An article (5.1), a level (L3) or a clause (A-5.1-2); without it, all clauses."),
    ] = None,
    terms: TermsOption = None,
) -> None:
    """Show clauses, each in one line, with the figures that the program takes from them.

    Examples:

        infogere terms show 4.5

        infogere terms show L3

        infogere terms show A-5.1-2
    """
    from infogere import terms as contract
    from infogere.terms.obligations import KIND_NAMES

    obligations = contract.obligations(terms)
    clauses = obligations.of_article(article) if article else obligations.clauses
    if not clauses:
        raise InfogereError(
            f"no article {article} in {obligations.terms}",
            way_out="give an article such as 4.5, a level such as L3, or a clause such as A-5.1-2",
        )
    figures = contract.figures(terms)
    for clause, obligation in clauses.items():
        kinds = ", ".join(KIND_NAMES[kind] for kind in obligation.kinds)
        read_by = f"; read by {', '.join(obligation.readings)}" if obligation.readings else ""
        typer.echo(f"{typer.style(clause, bold=True)}  {obligation.says} ({kinds}{read_by})")
        for figure in figures.get(clause, ()):
            typer.echo(f"    {figure}")


@app.command()
def readings(terms: TermsOption = None) -> None:
    """Show how unclear articles are read, in both profiles; differences are marked with `*`.

    Example: infogere terms readings
    """
    from infogere import terms as contract

    file = contract.readings_file(terms)
    different = set(file.differences())
    for number, question in file.questions.items():
        typer.echo(f"{typer.style(number, bold=True)}  {question.asks} [{', '.join(question.clauses)}]")
        for name, switch in question.switches.items():
            values = f"customer {switch.customer}, provider {switch.provider}" if name in different else switch.customer
            typer.echo(f"  {'*' if name in different else ' '} {name}: {values}")


@app.command()
def check(file: Annotated[str, typer.Argument(metavar="FILE", help="A terms file.")]) -> None:
    """Check a terms file with the clauses and readings that it names; a fault is named by line and key.

    Example: infogere terms check our-terms.yml
    """
    from infogere import terms as contract

    loaded = contract.load(file)
    switches = contract.readings_file(file).differences()
    typer.echo(
        f"{file}: terms {loaded.version}, {len(contract.obligations(file).clauses)} clauses, "
        f"{len(switches)} readings on which the profiles differ"
    )


@app.command()
def schema() -> None:
    """Print the JSON schema of a terms file, for editors that check while one types.

    Example: infogere terms schema > terms.schema.json
    """
    from infogere.terms.schema import schema_text

    typer.echo(schema_text(), nl=False)

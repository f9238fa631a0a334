"""``infogere deliver``: hand a server over."""

from __future__ import annotations

from typing import Annotated

import typer

from infogere.cli.options import InventoryOption, server_names

app = typer.Typer(add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False)


@app.command()
def deliver(
    server: Annotated[
        str, typer.Argument(metavar="SERVER", help="Inventory name of the server.", autocompletion=server_names)
    ],
    check: Annotated[
        bool, typer.Option("--check", help="Check the server and say what would be sent; send nothing.")
    ] = False,
    inventory: InventoryOption = None,
) -> None:
    """Check a server, send its delivery note, and write down its commissioning (A-3.1.1-1 to A-3.1.1-4).

    Refused: a server that was delivered already, a check that fails (each is named, nothing is sent), a customer
    without a mail address. The commissioning date is the instant at which a mail server accepted the note; it starts
    the service's years and its guarantees. The same as `ansible-playbook infogere.hosting.deliver --limit SERVER`.

    Examples:

        infogere deliver web1.example.net --check

        infogere deliver web1.example.net
    """
    from infogere import settings, terms
    from infogere.cli import playbooks
    from infogere.fleet.check import find_server

    # A pattern would deliver many: the server is one, by its name.
    find_server(server, tuple(inventory or ()), terms.load(settings.load().terms))
    code = playbooks.run("deliver", inventory=inventory, limit=server, variables={"gate_strict": True}, check=check)
    raise typer.Exit(1 if code else 0)

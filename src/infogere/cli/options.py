"""Options that many commands share: one name, one letter and one help text each, and what a shell offers for them."""

from __future__ import annotations

from typing import Annotated

import typer

from infogere.errors import InfogereError


def server_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Servers of the inventory that begin so; none where it cannot be read: a shell shows no errors."""
    from infogere.fleet import check

    try:
        return [name for name in check.names(_sources(ctx)) if name.startswith(incomplete)]
    except InfogereError:
        return []


def contract_references(ctx: typer.Context, incomplete: str) -> list[str]:
    """Order forms of the inventory that begin so; none where it cannot be read."""
    from infogere.fleet import check

    try:
        return [reference for reference in check.references(_sources(ctx)) if reference.startswith(incomplete)]
    except InfogereError:
        return []


def action_names(incomplete: str) -> list[str]:
    """Actions of the contract that begin so."""
    from infogere.terms import ACTIONS

    return [name for name in ACTIONS if name.startswith(incomplete)]


def _sources(ctx: typer.Context) -> tuple[str, ...]:
    return tuple(ctx.params.get("inventory") or ())


InventoryOption = Annotated[
    list[str] | None,
    typer.Option("--inventory", "-i", metavar="PATH", help="Default: Ansible's own, from ansible.cfg."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Plain data for a program.")]
LimitOption = Annotated[
    str | None,
    typer.Option(
        "--limit",
        "-l",
        metavar="PATTERN",
        help="Only these servers, as in ansible-playbook.",
        autocompletion=server_names,
    ),
]
ServerOption = Annotated[
    str,
    typer.Option("--server", "-s", metavar="NAME", help="Inventory name of the server.", autocompletion=server_names),
]
OnlyServerOption = Annotated[
    str | None,
    typer.Option("--server", "-s", metavar="NAME", help="Only this server.", autocompletion=server_names),
]
_CONTRACT = typer.Option(
    "--contract", "-c", metavar="ID", help="The order form, e.g. BC-2026-014.", autocompletion=contract_references
)
ContractOption = Annotated[str, _CONTRACT]
MaybeContractOption = Annotated[str | None, _CONTRACT]
OnlyContractOption = Annotated[
    str | None,
    typer.Option(
        "--contract",
        "-c",
        metavar="ID",
        help="Only this order form, e.g. BC-2026-014.",
        autocompletion=contract_references,
    ),
]

"""``infogere patch reboot``: once for everything that waits for it, inside announced works."""

from __future__ import annotations

from typing import Annotated

import typer

from infogere.cli.options import InventoryOption, server_names
from infogere.errors import InfogereError


def reboot(
    server: Annotated[
        list[str], typer.Option("--server", "-s", metavar="NAME", help="May be repeated.", autocompletion=server_names)
    ],
    inventory: InventoryOption = None,
    emergency: Annotated[
        str | None, typer.Option(metavar="REASON", help="Why it cannot wait for announced works; one line. It counts.")
    ] = None,
    keep_works_open: Annotated[
        bool, typer.Option("--keep-works-open", help="Other work follows in the same works; close them yourself.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Only say what waits for a reboot.")] = False,
) -> None:
    """Reboot servers for what waits for it: a new kernel, packages that ask for it, services that cannot be restarted.

    It starts inside works that the customer was told of, with proof (A-5.5-1), in an emergency, or before delivery.
    A server for which nothing waits is left alone. Every health check is asked before and after. When all servers of
    the works were rebooted, the works are done: what they leave of their span counts in the guarantees again.

    Examples:

        infogere works announce -s web1.example.net --start 2026-12-09T22:30 \\
            --duration 30m --subject "New kernel"

        infogere patch reboot -s web1.example.net --check

        infogere patch reboot -s web1.example.net
    """
    from infogere.cli import playbooks
    from infogere.fleet.check import find_server
    from infogere.policy.oracle import Oracle

    if emergency is not None and not emergency.strip():
        raise InfogereError("--emergency is empty", way_out="say it in one line; it goes into the record")
    terms = Oracle.configured().terms
    # A name that is none would be a play without servers, which Ansible calls a success.
    names = [find_server(name, tuple(inventory or ()), terms).name for name in server]
    # Who names a server wants to hear a refusal as one, not as a server that was passed over.
    variables: dict[str, object] = {"reboot_keep_works_open": keep_works_open, "gate_strict": True}
    if emergency:
        variables["gate_emergency"] = " ".join(emergency.split())
    code = playbooks.run("reboot", inventory=inventory, limit=",".join(names), variables=variables, check=check)
    raise typer.Exit(1 if code else 0)

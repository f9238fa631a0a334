"""``infogere lab``: test servers on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from infogere.lab import images, inventory, progress, provisioned, servers

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="""Test servers: real Debian systems in containers on this machine.

    infogere lab up web1                    a fresh Debian 12 named web1.infogere.test

    infogere lab up web2 --debian 13        the same with Debian 13

    infogere lab up full --provisioned      one with the whole stack running already

    infogere lab list                       what runs, at which address

    ssh -F .infogere/lab/ssh_config web1    log in (its host key is known already)

    infogere lab down                       remove all of this checkout's servers

    It needs a checkout, and root or sudo. INFOGERE_LAB_SUBNET chooses the network, e.g. 10.99.7.0/24.
    """,
)

Debian = Annotated[str, typer.Option("--debian", help="Major version of Debian.", metavar="12|13")]


@app.command()
def up(
    names: Annotated[list[str], typer.Argument(help="Short names, e.g. web1.")],
    debian: Debian = images.DEFAULT_VERSION,
    with_stack: Annotated[
        bool,
        typer.Option("--provisioned", help="With the whole stack on it; all of these call themselves the same."),
    ] = False,
) -> None:
    """Start servers, making the image first if it is missing; one that is there already stays as it is."""
    phases = progress.Phases()
    image = host_name = ""
    if any(servers.find(name) is None for name in names):
        log = progress.log_file(f"lab-debian{debian}")
        with phases.phase(f"Image of Debian {debian}"):
            if with_stack:
                made = provisioned.ensure(debian, log, phases.detail)
                image, host_name = made.image, made.host_name
            else:
                image = images.bare(debian, log)
    for name in names:
        with phases.phase(f"Server {name}"):
            server = servers.up(name, image, host_name)
            path = inventory.write(name, server)
        typer.echo(f"{server.host_name}  {server.address}  inventory {path}")


@app.command()
def down(names: Annotated[list[str] | None, typer.Argument(help="Short names; none: all.")] = None) -> None:
    """Remove servers with all that is on them."""
    gone = servers.down(*(names or []))
    typer.echo(f"removed: {', '.join(gone)}" if gone else "no server of this name was there")


@app.command(name="list")
def list_servers() -> None:
    """Show this checkout's servers."""
    found = servers.listed()
    if not found:
        typer.echo("no server; infogere lab up web1 starts one")
    for server in found:
        state = "running" if server.running else "stopped"
        typer.echo(f"{server.name:<14} {server.address:<15} {state:<8} {server.host_name:<28} {server.image}")


@app.command()
def image(
    debian: Annotated[list[str] | None, typer.Option(help="Major versions; none: all.", metavar="12|13")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Remove the lab's images instead.")] = False,
) -> None:
    """Build the images of fresh servers; one that is there already is left alone."""
    if remove:
        typer.echo(f"removed: {', '.join(images.remove()) or 'nothing'}")
        return
    phases = progress.Phases()
    for version in debian or list(images.RELEASES):
        with phases.phase(f"Image of Debian {version}"):
            name = images.bare(version, progress.log_file(f"image-debian{version}"))
        typer.echo(name)

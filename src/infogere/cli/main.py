"""The command ``infogere``: a table of subcommands, each imported only when it is called."""

from __future__ import annotations

import importlib
import os
import re
import sys
from pathlib import Path
from typing import Any

# Nothing here uses pydantic plugins, and looking for them costs 20 ms at every start.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

import typer
from typer.core import TyperCommand, TyperGroup

from infogere import __version__
from infogere.errors import InfogereError

# name -> (module that holds a Typer ``app``, one line for the list of commands).
# A module is imported when its command runs, so that one command never pays for another.
COMMANDS: dict[str, tuple[str, str]] = {
    "fleet": ("infogere.cli.fleet", "Judge the inventory; show who gets what, from which clause."),
    "may": ("infogere.cli.may", "Ask whether the contract allows an action, and when."),
    "terms": ("infogere.cli.terms", "The contract as data: clauses, figures, readings."),
    "calendar": ("infogere.cli.calendar", "Working days, discouraged periods, patch windows, deadlines."),
    "record": ("infogere.cli.record", "Read, verify and export the SLA record."),
    "sla": ("infogere.cli.sla", "Availability and penalties of a month, from the record or of a what-if."),
    "patch": ("infogere.cli.patch", "Updates: what is minor, what a window would apply, and applying exactly that."),
    "works": ("infogere.cli.works", "Planned works: announce in time, with proof; move, cancel, close."),
    "notices": (
        "infogere.cli.notices",
        "E-mail to customers: what waits, what was sent, what the mail server answered.",
    ),
    "incident": ("infogere.cli.incident", "Incidents with two clocks, who caused them, when it worked again."),
    "problem": ("infogere.cli.problem", "Root causes of incidents."),
    "claim": ("infogere.cli.claim", "Penalties: asked for, validated, credited, applied."),
    "credit": ("infogere.cli.credit", "Support time: granted, bought, spent, left."),
    "deliver": ("infogere.cli.deliver", "Hand a server over: acceptance checks, delivery note, commissioning date."),
    "lab": ("infogere.cli.lab", "Test servers on this machine, each in a container."),
}

_CALLED = "infogere.called"


class LazyGroup(TyperGroup):
    """A group whose members are looked up in ``COMMANDS``."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - Typer's signature
        return list(COMMANDS)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        ctx.meta[_CALLED] = True
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module, help_line = COMMANDS[cmd_name]
        # The list of commands needs no command's code; only one that is called is imported.
        if not ctx.meta.get(_CALLED):
            return TyperCommand(cmd_name, help=help_line)
        command = typer.main.get_command(importlib.import_module(module).app)
        command.name = cmd_name
        _keep_examples_as_blocks(command)
        return command


def _keep_examples_as_blocks(command: Any) -> None:
    """Let Typer show every example line for line, so that it can be copied.

    Typer removes the indentation that all lines behind the heading have in common: where nothing but examples follows,
    they become prose, which loses line ends and backslashes. A comment, which is not shown, has no indentation.
    """
    for member in getattr(command, "commands", {"": command}).values():
        if member.help:
            member.help = re.sub(r"^(Examples?:)\n\n", r"\1\n\n<!-- -->\n\n", member.help, flags=re.MULTILINE)


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Managed hosting under contract: who may do what, when, by which clause; and what was done.",
)


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"infogere {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(
        False, "--version", help="Print the version and exit.", callback=_print_version, is_eager=True
    ),
    debug: bool = typer.Option(False, "--debug", help="Show the traceback of an error."),
) -> None:
    """Options that come before the command."""


def main(arguments: list[str] | None = None) -> Any:
    """Run one command; an ``InfogereError``, and what the system refuses, becomes one line and exit code 1."""
    arguments = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in arguments or os.environ.get("INFOGERE_DEBUG") == "1"
    try:
        return app(args=arguments, prog_name="infogere")
    except InfogereError as error:
        if debug:
            raise
        typer.echo(f"infogere: {error}", err=True)
        raise SystemExit(1) from None
    except OSError as error:
        if debug:
            raise
        typer.echo(f"infogere: {_refused(error)}", err=True)
        raise SystemExit(1) from None


def _refused(error: OSError) -> InfogereError:
    """What the system refused, where no command had words of its own for it."""
    try:
        Path.cwd()
    except OSError:
        return InfogereError("the folder that this was started in is gone", way_out="cd to one that is there")
    what = f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)
    return InfogereError(what, way_out="infogere --debug ... shows what was being done")


if __name__ == "__main__":
    main()

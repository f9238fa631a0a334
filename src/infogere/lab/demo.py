"""``bin/demo``: one server from bare to a customer's site, every service proved, the record shown."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from infogere import settings
from infogere.errors import InfogereError
from infogere.lab import checkout, images, plays, progress, servers
from infogere.lab.checks import CHECKS, Check
from infogere.lab.subject import NEIGHBOUR, SHOP, Subject
from infogere.record.reading import Reader
from infogere.record.wording import summary

SERVER = "demo1"
RECORD_LINES = 40

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(
    help="""See it work, on this machine alone.

    Starts a fresh Debian 12 in a container, converges the whole hosting stack on it, creates a customer's site
    with database, database user and FTP account, proves every service with a real client, and shows the record.

    bin/demo              the first time some minutes; a second time it says that nothing changed

    bin/demo --destroy    remove server, network, images, and the demo's record and secrets

    Afterwards the server stays. Look in: ssh -F .infogere/lab/ssh_config demo1
    Play with it: bin/infogere record list; .venv/bin/ansible-playbook infogere.hosting.site --check --diff
    """
)
def demo(
    destroy: Annotated[bool, typer.Option("--destroy", help="Remove everything that the demo made.")] = False,
) -> None:
    """Entry point of the command."""
    if destroy:
        remove()
        return
    console = progress.screen()
    phases = progress.Phases(console)
    server = boot(phases)
    changed = converge(phases) + provision(phases, server)
    subject = Subject(server, settings.load().state_dir)
    results = prove(phases, subject)
    show_checks(console, results)
    show_phases(console, phases)
    show_record(console)
    console.print(
        f"\nChanged: {changed}." if changed else "\nNothing changed: the server was as it should be (0 changed)."
    )
    failed = [check for check, _passed, _seen in results if not _passed]
    if failed:
        raise InfogereError(
            f"{len(failed)} of {len(results)} checks failed on {server.host_name}",
            way_out=f"look in: ssh -F {servers.folder()}/ssh_config {SERVER}; the converge is in {log('site')}",
        )
    console.print(f"All {len(results)} checks passed. Look in: ssh -F .infogere/lab/ssh_config {SERVER}")


def boot(phases: progress.Phases) -> servers.Server:
    """The demo's server, up."""
    with phases.phase("Image of Debian 12 (about a minute the first time)"):
        image = images.bare(images.DEFAULT_VERSION, log("image"))
    with phases.phase(f"Server {SERVER}.{servers.DOMAIN}"):
        return servers.up(SERVER, image)


def converge(phases: progress.Phases) -> int:
    """Converge the stack; how many tasks changed something."""
    with phases.phase("Converge the stack: infogere.hosting.site"):
        outcome = plays.play("infogere.hosting.site", inventory(), log("site"), on_task=phases.detail)
    return outcome.require("converging the stack").changed


def provision(phases: progress.Phases, server: servers.Server) -> int:
    """Create the objects of both sites; how many changed something."""
    changed = 0
    for site in (SHOP, NEIGHBOUR):
        with phases.phase(f"Provision {site.domain}: infogere.hosting.provision"):
            for request in site.requests(server.host_name):
                phases.detail(f"{request['kind']} {request['name']}")
                outcome = plays.play(
                    "infogere.hosting.provision", inventory(), log("provision"), extra_vars={"request": request}
                )
                changed += outcome.require(f"provisioning {request['kind']} {request['name']}").changed
    return changed


def prove(phases: progress.Phases, subject: Subject) -> list[tuple[Check, bool, str]]:
    """Run every check; ``(check, passed, what was seen)``."""
    results = []
    with phases.phase(f"Prove it: {len(CHECKS)} checks with real clients"):
        for check in CHECKS:
            phases.detail(check.title)
            # A check may meet anything: a refused connection, a broken page. All of it is an answer here.
            try:
                results.append((check, True, check.look(subject)))
            except Exception as error:
                results.append((check, False, f"{type(error).__name__}: {error}".splitlines()[0]))
    return results


def show_checks(console: Console, results: list[tuple[Check, bool, str]]) -> None:
    table = Table("", "Check", "Clause", "Seen", title="Checks", title_justify="left")
    for check, passed, seen in results:
        table.add_row("[green]ok[/]" if passed else "[red]FAILED[/]", check.title, check.clause, seen)
    console.print(table)


def show_phases(console: Console, phases: progress.Phases) -> None:
    table = Table("Phase", title="Phases", title_justify="left")
    table.add_column("Seconds", justify="right")
    for phase in phases.finished:
        table.add_row(phase.title, f"{phase.seconds:.1f}")
    table.add_row("Together", f"{sum(phase.seconds for phase in phases.finished):.1f}")
    console.print(table)


def show_record(console: Console) -> None:
    """The newest entries of the record, as ``infogere record list`` has them."""
    table = Table("Entry", "Recorded (UTC)", "Kind", "What", title="Record", title_justify="left")
    with Reader(settings.load().record_url) as reader:
        for entry in reader.entries(limit=RECORD_LINES):
            what, style = summary(entry)
            # Text, not markup: what servers said must not colour or hide anything.
            table.add_row(str(entry.seq), entry.recorded[:19], entry.kind, Text(what), style=style)
    console.print(table)


def remove() -> None:
    """Remove servers, network, images and state; refuses where real servers' secrets are kept."""
    state = settings.load().state_dir
    kept = state / "secrets"
    real = (
        [path.name for path in kept.iterdir() if not path.name.endswith(f".{servers.DOMAIN}")] if kept.is_dir() else []
    )
    if real:
        raise InfogereError(
            f"{kept} holds secrets of {', '.join(sorted(real))}, which is no server of the lab",
            way_out="move that fleet to a folder with an ansible.cfg of its own, see README.md",
        )
    servers.remove_everything()
    gone = images.remove()
    shutil.rmtree(checkout.root() / ".infogere")
    typer.echo(f"removed: servers, network, images ({len(gone)}), .infogere")


def inventory() -> Path:
    """The demo's fleet."""
    return checkout.root() / "inventories" / "demo"


def log(name: str) -> Path:
    """Log of this phase."""
    return checkout.private_folder("logs") / f"demo-{name}.log"


@contextmanager
def _one_line() -> Iterator[None]:
    try:
        yield
    except InfogereError as error:
        sys.exit(f"bin/demo: {error}")
    except KeyboardInterrupt:
        sys.exit("bin/demo: stopped; call it again to go on")


if __name__ == "__main__":
    with _one_line():
        app(prog_name="bin/demo")

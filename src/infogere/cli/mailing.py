"""What the commands that send mail share: the configured outbox, sending with progress, what became of it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import typer

from infogere import settings

if TYPE_CHECKING:
    from infogere.notices.outbox import Letter, Outbox
    from infogere.notices.sending import Sent

COLOURS = {
    "accepted": "green",
    "waiting": "yellow",
    "sending": "yellow",
    "refused": "red",
    "in-doubt": "red",
    "expired": "red",
    "withdrawn": "bright_black",
}


def open_outbox() -> Outbox:
    """The outbox of this controller's settings."""
    from infogere.notices.outbox import Outbox

    where = settings.load()
    return Outbox(where.record_url, settings.ensure_state_dir(where))


def send(outbox: Outbox, notices: Sequence[str] | None, *, everything: bool = False) -> list[Sent]:
    """Send what is due, or the given notices; a line on the screen's error side for each letter under way."""
    from infogere.notices.sending import flush
    from infogere.notices.smtp import relay_of

    relay = relay_of(settings.load())
    if not sys.stderr.isatty():
        return flush(outbox, relay, notices=notices, everything=everything)
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        waiting = len(outbox.waiting(notices=notices))
        task = progress.add_task(f"Sending by {relay.name}", total=waiting or None)
        return flush(outbox, relay, notices=notices, everything=everything, told=lambda _: progress.advance(task))


def complete(outbox: Outbox) -> None:
    """Write down deliveries whose note was accepted only now."""
    from datetime import UTC, datetime

    from infogere.notices import delivery

    for made in delivery.settle(outbox, clock=lambda: datetime.now(UTC)):
        typer.echo(f"{made.server} is delivered since {made.commissioned:%Y-%m-%d %H:%M:%S} UTC [A-3.1.1-4]", err=True)


def settled(outbox: Outbox, notices: Iterable[str]) -> bool:
    """Whether each notice was accepted for somebody: without that it was not sent."""
    return all(any(letter.state == "accepted" for letter in outbox.letters(notice)) for notice in notices)


def show_letters(letters: Iterable[Letter]) -> None:
    """One line for each letter."""
    for letter in letters:
        state = typer.style(f"{letter.state:9}", fg=COLOURS.get(letter.state))
        typer.echo(f"    {state} {letter.recipient}  {letter.answer or ''}".rstrip())


def letter_as_plain(letter: Letter) -> dict[str, Any]:
    """A letter as JSON values; instants in UTC."""
    return {
        "number": letter.number,
        "recipient": letter.recipient,
        "state": letter.state,
        "attempts": letter.attempt,
        "answer": letter.answer,
        "changed": letter.changed.isoformat(),
        "due": letter.due.isoformat() if letter.state == "waiting" else None,
    }

"""``infogere notices``: the outbox and its proofs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infogere.cli import mailing, timers
from infogere.cli.options import JsonOption, OnlyContractOption
from infogere.cli.tables import console, uncut
from infogere.timers import Job, calendar_event

if TYPE_CHECKING:
    from infogere.notices.outbox import Letter, Message, Outbox
    from infogere.notices.sending import Sent

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="E-mail to customers. A notice is sent once; the mail server's answer is its proof and goes into the record.",
    rich_markup_mode="markdown",
)

Notice = Annotated[str, typer.Argument(metavar="ID", help="Id of the notice, N-...")]


@app.command("list")
def list_notices(
    contract: OnlyContractOption = None,
    unsent: Annotated[bool, typer.Option("--unsent", help="Only those that nobody has accepted yet.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Show the newest notices, oldest first, with what became of each letter.

    `in-doubt`: the sender died, or the connection broke, when the message had been handed over. It may have
    arrived; only `infogere notices resend` sends it again, and the second copy says so.

    Examples:

        infogere notices list --unsent

        infogere notices list --contract BC-2026-014 --json
    """
    outbox = mailing.open_outbox()
    shown = [
        (message, letters)
        for message in _newest_copies(outbox.messages(contract=contract, limit=limit))
        if (letters := _letters(outbox, message.notice)) and not (unsent and _is_sent(letters))
    ]
    if as_json:
        typer.echo(json.dumps([_as_plain(*one) for one in shown], ensure_ascii=False, indent=2))
    else:
        _print_table(shown)


@app.command()
def show(notice: Notice, as_json: JsonOption = False) -> None:
    """Show one notice: the message as the mail server got it, and what it answered for each recipient.

    Example: infogere notices show N-3f9a01c2d4e55a10
    """
    from email import message_from_bytes, policy

    outbox = mailing.open_outbox()
    message, letters = outbox.message(notice), _letters(outbox, notice)
    if as_json:
        plain = {**_as_plain(message, letters), "message": message.message.decode("ascii")}
        typer.echo(json.dumps(plain, ensure_ascii=False, indent=2))
        return
    mail = message_from_bytes(message.message, policy=policy.default)
    for name, value in mail.items():
        if not name.lower().startswith(("content-", "mime-")):
            typer.echo(f"{name}: {value}")
    text = mail.get_body(("plain",))
    typer.echo(f"\n{text.get_content() if text else ''}")
    mailing.show_letters(letters)


@app.command()
def flush(
    now: Annotated[bool, typer.Option("--now", help="Also what is not due yet.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Send what waits and is due; exit code 1 if something was refused, is in doubt, or came too late.

    A temporary no is tried again after a minute, then after twice as long each time: `infogere notices timer`
    makes the timer that calls this.

    Examples:

        infogere notices flush

        infogere notices flush --now --json
    """
    outbox = mailing.open_outbox()
    sent = mailing.send(outbox, None, everything=now)
    mailing.complete(outbox)
    if as_json:
        plain = [{"notice": one.message.notice, **mailing.letter_as_plain(one.letter)} for one in sent]
        typer.echo(json.dumps(plain, ensure_ascii=False, indent=2))
    else:
        _print_sent(sent)
    raise typer.Exit(1 if any(one.letter.state in ("refused", "in-doubt", "expired") for one in sent) else 0)


@app.command()
def timer(
    on: Annotated[str, typer.Option("--on", metavar="EVENT", help="When: a calendar event of systemd.")] = "*:0/5",
    install: timers.Install = None,
) -> None:
    """Print the systemd units that send what waits, every five minutes; or install them.

    A run in which a letter was refused, is in doubt or came too late fails, so that `systemctl --failed` shows it and a
    monitoring of units tells.

    Examples:

        infogere notices timer

        sudo "$(command -v infogere)" notices timer --on "*:0/2" \\
            --install /etc/systemd/system
    """
    flushing = Job("notices", "Send waiting notices", ("notices", "flush"), calendar_event(on), catch_up=False)
    timers.make([flushing], install)


@app.command()
def resend(notice: Notice, as_json: JsonOption = False) -> None:
    """Send a notice again, with the same Message-ID; what may have arrived before says that it is a second sending.

    Example: infogere notices resend N-3f9a01c2d4e55a10
    """
    from infogere.notices import sending

    outbox = mailing.open_outbox()
    sending.resend(outbox, notice)
    mailing.send(outbox, [notice])
    mailing.complete(outbox)
    letters = _letters(outbox, notice)
    if as_json:
        typer.echo(json.dumps(_as_plain(outbox.message(notice), letters), ensure_ascii=False, indent=2))
    else:
        typer.echo(notice)
        mailing.show_letters(letters)
    raise typer.Exit(0 if mailing.settled(outbox, [notice]) else 1)


def _letters(outbox: Outbox, notice: str) -> list[Letter]:
    """A notice's letters; those of a sender that died here are in doubt, though nobody wrote it down yet."""
    letters = outbox.letters(notice)
    left = {letter.number for letter in letters if letter.state == "sending" and letter.holder == outbox.holder}
    if not left or not outbox.idle():
        return letters
    return [replace(letter, state="in-doubt") if letter.number in left else letter for letter in letters]


def _newest_copies(messages: list[Message]) -> list[Message]:
    return list({message.notice: message for message in messages}.values())


def _is_sent(letters: list[Letter]) -> bool:
    return any(letter.state == "accepted" for letter in letters)


def _as_plain(message: Message, letters: list[Letter]) -> dict[str, Any]:
    return {
        "notice": message.notice,
        "contract": message.contract,
        "server": message.server,
        "purpose": message.purpose,
        "language": message.language,
        "subject": message.subject,
        "written": message.written.isoformat(),
        "send_before": message.send_before.isoformat() if message.send_before else None,
        "copies": message.copy,
        "letters": [mailing.letter_as_plain(letter) for letter in letters],
    }


def _print_sent(sent: list[Sent]) -> None:
    for one in sent:
        typer.echo(f"{one.message.notice}  {one.message.contract}  {one.message.subject}")
        mailing.show_letters([one.letter])
    if not sent:
        typer.echo("nothing is due")


def _print_table(shown: list[tuple[Message, list[Letter]]]) -> None:
    from rich.table import Table
    from rich.text import Text

    from infogere.policy.oracle import Oracle

    # The same wall clock as the works' own times.
    calendar = Oracle.configured().default_calendar()
    table = Table("notice", "written", "contract", "subject", "recipient", "state", "answer", box=None, pad_edge=False)
    for message, letters in shown:
        for letter in letters:
            written = f"{calendar.local(message.written):%Y-%m-%d %H:%M}"
            cells = (message.notice, written, message.contract, message.subject, letter.recipient)
            # Text, not markup: subjects and answers come from outside.
            row = [*(Text(cell) for cell in cells), Text(letter.state, mailing.COLOURS[letter.state])]
            table.add_row(*row, Text(letter.answer or ""))
    console().print(uncut(table) if shown else "no notice found")

"""How ``infogere works`` shows works and previews their notices."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from infogere import settings
from infogere.cli.tables import console, uncut

if TYPE_CHECKING:
    from infogere.calendar import Calendar
    from infogere.notices.message import Mailbox
    from infogere.notices.works.drafting import Plan
    from infogere.notices.works.parties import Party
    from infogere.notices.works.standing import Standing

STYLES = {
    "announced": "yellow",
    "proved": "green",
    "counted": "magenta",
    "void": "bold red",
    "cancelled": "dim",
    "done": "",
}


def default_calendar() -> Calendar:
    """The provider's calendar, whose zone works are shown in."""
    from infogere.policy.oracle import Oracle

    return Oracle.configured().default_calendar()


def preview(
    plan: Plan,
    parties: Sequence[Party],
    sender: Mailbox,
    now: datetime,
    before: Mapping[str, Standing] | None = None,
) -> None:
    """Print every message of an announcement as it would be sent."""
    from email import message_from_bytes, policy

    from infogere.notices.works.drafting import drafts
    from infogere.notices.writing import compose_draft

    for party, at, draft in drafts(plan, parties, now, before):
        message = compose_draft(draft, "N-preview", sender, about=None, now=now)
        mail = message_from_bytes(message.message, policy=policy.default)
        for name in ("From", "To", "Subject"):
            typer.echo(f"{name}: {mail[name]}")
        text = mail.get_body(("plain",))
        typer.echo(f"\n{text.get_content() if text else ''}")
        typer.echo(f"send by {party.calendar.local(at.send_by):%Y-%m-%d %H:%M %Z}; nothing was written or sent\n")


def show_all(contract: str | None, as_json: bool) -> None:
    """All works, a line for each contract."""
    from infogere.notices.works import standing
    from infogere.record.database import RecordMissing
    from infogere.record.reading import Reader

    try:
        with Reader(settings.load().record_url) as reader:
            found = standing.everything(reader, contract)
    except RecordMissing:
        found = []
    calendar, now = default_calendar(), datetime.now(UTC)
    if as_json:
        typer.echo(json.dumps([as_plain(one, now, calendar) for one in found], ensure_ascii=False, indent=2))
        return
    from rich.table import Table
    from rich.text import Text

    from infogere.notices.words import duration

    table = Table("works", "contract", "start", "duration", "state", "send by", "subject", box=None, pad_edge=False)
    for one in found:
        state = one.state(now, calendar)
        start, by = (f"{calendar.local(at):%Y-%m-%d %H:%M}" for at in (one.current.start, one.current.send_by))
        # Text, not markup: a subject must not colour or hide anything.
        cells = [Text(cell) for cell in (one.works, one.contract, start, duration(one.current.duration_s))]
        table.add_row(*cells, Text(state, STYLES[state]), Text(by), Text(one.current.subject))
    console().print(uncut(table) if found else "no works on record")


def show_one(works: str, as_json: bool) -> None:
    """One works in full."""
    from infogere.notices.words import duration
    from infogere.notices.works import standing
    from infogere.record.reading import Reader

    with Reader(settings.load().record_url) as reader:
        found = standing.find(reader, works)
    calendar, now = default_calendar(), datetime.now(UTC)
    if as_json:
        typer.echo(json.dumps([as_plain(one, now, calendar) for one in found], ensure_ascii=False, indent=2))
        return
    for one in found:
        state = one.state(now, calendar)
        typer.echo(f"{works}  {one.contract}  {typer.style(state, bold=True)}  {one.current.subject}")
        typer.echo(f"  {', '.join(one.current.servers)}")
        for revision in one.revisions:
            accepted = one.accepted.get(revision.notice)
            proof = f"accepted {_local(accepted, calendar)}" if accepted else "not accepted"
            typer.echo(
                f"  {revision.revision}. {_local(revision.start, calendar)}, {duration(revision.duration_s)};"
                f" notice {revision.notice} {proof}, to be sent by {_local(revision.send_by, calendar)}"
            )
        typer.echo(f"  {_meaning(one, state, calendar)}")


def _meaning(one: Standing, state: str, calendar: Calendar) -> str:
    if one.cancelled:
        return f"cancelled: {one.cancelled.reason}"
    excluded = "the announced time is outside the guarantees [A-5.5-3]"
    if one.done and one.done.ended:
        real = f"{_local(one.done.began, calendar)} to {_local(one.done.ended, calendar)}"
        return f"done, {real}; " + (excluded if one.excluded(calendar) else "all of it counts [A-5.5-3]")
    return {
        "announced": "no proof yet: as it stands, the interruption counts [A-5.5-3]",
        "proved": excluded,
        "counted": "told too late: the interruption counts [A-5.5-1]",
        "void": "no mail server accepted the notice in time: the interruption counts [A-5.5-1]",
    }[state]


def as_plain(one: Standing, now: datetime, calendar: Calendar) -> dict[str, Any]:
    """Works of one contract as JSON values; instants with the offset of the contract's zone."""

    def instant(at: datetime | None) -> str | None:
        return calendar.local(at).isoformat() if at else None

    current = one.current
    return {
        "works": one.works,
        "contract": one.contract,
        "state": one.state(now, calendar),
        "excluded": one.excluded(calendar),
        "subject": current.subject,
        "servers": list(current.servers),
        "start": instant(current.start),
        "duration_s": current.duration_s,
        "revision": current.revision,
        "emergency": current.emergency,
        "last_date": current.last_date,
        "send_by": instant(current.send_by),
        "notice": current.notice,
        "accepted": instant(one.proof),
        "began": instant(one.done.began) if one.done else None,
        "ended": instant(one.done.ended) if one.done else None,
        "cancelled": one.cancelled.reason if one.cancelled else None,
    }


def _local(at: datetime, calendar: Calendar) -> str:
    return f"{calendar.local(at):%Y-%m-%d %H:%M %Z}"

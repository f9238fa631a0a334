"""What the commands that write about a contract share: options, instants as people type them, the receipt."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from infogere.errors import InfogereError

if TYPE_CHECKING:
    from infogere.record.entries import Entry
    from infogere.sla.desk import Desk

AuthorOption = Annotated[
    str | None, typer.Option("--author", metavar="NAME", help="Who says it. Default: your login name.")
]
IncidentArgument = Annotated[str, typer.Argument(metavar="INCIDENT", help="Its number, e.g. INC-2026-0001.")]
EvidenceOption = Annotated[str, typer.Option(metavar="TEXT", help="What shows it: probe, log line, ticket; one line.")]

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?")
_BASE = "A-1-1"


def open_desk(inventory: list[str] | None) -> Desk:
    """The desk of this controller, now."""
    from infogere.sla.desk import Desk

    return Desk.configured(inventory)


def author_of(name: str | None) -> str:
    """Who acts: what was given, or the login name, also behind sudo."""
    from infogere.record.recorder import operator

    return said(name, "--author") if name is not None else operator()


def said(text: str, option: str) -> str:
    """Text that says something."""
    if not text.strip():
        raise InfogereError(f"{option} is empty", way_out="say it in one line; it goes into the record")
    return " ".join(text.split())


def instant(text: str | None, zone: ZoneInfo, now: datetime, *, why: str) -> datetime:
    """An instant as it was typed; none: now. A bare ``03:12`` is the last time that clocks showed it."""
    from infogere.calendar import walltime

    if text is None:
        return now
    if _CLOCK.fullmatch(text.strip()):
        today = now.astimezone(zone)
        at, note = walltime.parse_instant(f"{today:%Y-%m-%d}T{text.strip()}", zone, why=why)
        if at > now:
            yesterday = today - timedelta(days=1)
            at, note = walltime.parse_instant(f"{yesterday:%Y-%m-%d}T{text.strip()}", zone, why=why)
    else:
        at, note = walltime.parse_instant(text, zone, why=why)
    if note:
        typer.echo(note, err=True)
    return at


def optional_instant(text: str | None, zone: ZoneInfo, now: datetime, *, why: str) -> datetime | None:
    """Like ``instant``, where none stays none."""
    return None if text is None else instant(text, zone, now, why=why)


def local(at: int | datetime, zone: ZoneInfo) -> str:
    """``Mon 2026-10-05 11:30:00 CEST``."""
    moment = at if isinstance(at, datetime) else datetime.fromtimestamp(at, UTC)
    return f"{moment.astimezone(zone):%a %Y-%m-%d %H:%M:%S %Z}"


def lasting(seconds: int) -> str:
    """``2 d 3 h 04 min 05 s`` without its empty head."""
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, left = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h {minutes:02} min"
    if hours:
        return f"{hours} h {minutes:02} min {left:02} s"
    return f"{minutes} min {left:02} s" if minutes else f"{left} s"


def receipt(written: Sequence[tuple[int, Entry]]) -> None:
    """Say which entries were recorded, by which clauses."""
    for seq, entry in written:
        clauses = ", ".join(clause for clause in entry.clauses if clause != _BASE)
        typer.echo(f"recorded: entry {seq}, {entry.kind} [{clauses}]")


def told(desk: Desk, incident: str, written: list[tuple[int, Entry]], as_json: bool) -> None:
    """Print what was recorded, and how the incident stands now."""
    from infogere.cli import incident_view
    from infogere.record.reading import Reader
    from infogere.sla import refusals
    from infogere.sla.incident_writer import dossier_of

    contract = desk.recorded(str(written[0][1].contract))
    assert contract is not None  # noqa: S101 - every act puts it on record first
    with Reader(desk.record_url) as reader:
        dossier = dossier_of(reader, contract.contract, incident)
        choices = refusals.linked(reader, dossier)
    if as_json:
        recorded = [as_plain(*one) for one in written]
        print_json({**incident_view.plain(dossier, contract, desk.now, choices), "recorded": recorded})
        return
    incident_view.show_clocks(dossier, contract, desk.now, choices)
    receipt(written)


def as_plain(seq: int, entry: Entry) -> dict[str, Any]:
    """An entry as the record has it, with its number."""
    return {"seq": seq, "kind": entry.kind, "clauses": list(entry.clauses), **entry.model_dump(mode="json")}


def print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))

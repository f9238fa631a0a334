"""``infogere record``: read, verify and hand out the SLA record."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from infogere import settings
from infogere.cli import record_signing
from infogere.cli.options import OnlyContractOption, OnlyServerOption
from infogere.cli.tables import console, uncut
from infogere.errors import InfogereError

if TYPE_CHECKING:
    from infogere.record.findings import Report
    from infogere.record.reading import StoredEntry

# Columns of a terminal; with fewer, what happened stands below its entry.
_ROOM_FOR_TABLE = 120

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="The SLA record: what was decided, done and failed; who changed it afterwards would be seen.",
    rich_markup_mode="markdown",
)

Keys = Annotated[
    list[str] | None,
    typer.Option("--key", metavar="HEX", help="A public key that may have signed; see `infogere record key`."),
]
Since = Annotated[
    str | None,
    typer.Option("--since-checkpoint", metavar="SIZE:ROOT", help="The record must go on from this earlier checkpoint."),
]


def _kinds(incomplete: str) -> list[str]:
    """Kinds of entries that begin so, for a shell."""
    from infogere.record.entries import all_kinds

    return [kind for kind in all_kinds() if kind.startswith(incomplete)]


def _require_known(kind: str) -> None:
    """Refuse a kind that nothing writes; one of a later release is found before it is asked for here."""
    from infogere.fleet import nearest
    from infogere.record.entries import all_kinds

    if kind not in all_kinds():
        raise InfogereError(f"no kind of entry {kind!r}", way_out=nearest.hint(kind, all_kinds()))


@app.command("list")
def list_entries(  # noqa: PLR0917 - one parameter per option
    server: OnlyServerOption = None,
    contract: OnlyContractOption = None,
    kind: Annotated[
        str | None,
        typer.Option(
            metavar="KIND",
            help="Only this kind, e.g. run-end, decision, state.",
            autocompletion=_kinds,
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="Recorded since then, e.g. 2026-11-01 or 2026-11-01T08:00.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Show the newest entries, oldest first. Times are UTC in --json, local otherwise.

    Examples:

        infogere record list --server web1.example.net --since 2026-11-01

        infogere record list --kind decision --json | jq .data.reason
    """
    from infogere.record.reading import Reader

    with Reader(settings.load().record_url) as reader:
        entries = reader.entries(
            server=server, contract=contract, kind=kind, since=_instant(since) if since else None, limit=limit
        )
    if kind and not entries:
        _require_known(kind)
    if as_json:
        for entry in entries:
            typer.echo(entry.body)
        return
    _print_table(entries)


@app.command()
def show(seq: Annotated[int, typer.Argument(min=1, help="Number of the entry.")]) -> None:
    """Show one entry in full, as it was written.

    Example: infogere record show 42
    """
    from infogere.record.reading import Reader

    with Reader(settings.load().record_url) as reader:
        entry = reader.entry(seq)
    typer.echo(json.dumps({**entry.fields, "hash": entry.hash}, indent=2, ensure_ascii=False))


@app.command()
def verify(
    file: Annotated[Path | None, typer.Option(metavar="FILE", help="Verify an export instead; works anywhere.")] = None,
    key: Keys = None,
    since: Since = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 for warnings too.")] = False,
) -> None:
    """Check every entry, link, day, checkpoint and key; exit 1 if anything was changed or removed.

    A run that began and has no end is a warning: it was killed, or is still running.

    Examples:

        infogere record verify

        infogere record verify --file export.jsonl --key 9f2c... \\
            --since-checkpoint 1200:5f08...
    """
    from infogere.record.findings import Point

    point = Point.parse(since) if since else None
    if file is None:
        from infogere.record.verify import verify_record

        where = settings.load()
        report = verify_record(where.record_url, where.state_dir, keys=key or (), since=point)
    else:
        from infogere.record.examine import verify_lines

        try:
            with file.open("rb") as lines:
                report = verify_lines(lines, keys=key or (), since=point)
        except OSError as error:
            raise InfogereError(f"{file}: {error.strerror}", way_out="name a file made by `export`") from error
    _print_report(report, "the record was changed" if file is None else "this is not what was exported")
    if not report.whole or (strict and report.findings):
        raise typer.Exit(1)


@app.command()
def export(
    contract: OnlyContractOption = None,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write there instead of to the screen.")] = None,
    since: Since = None,
    terms: record_signing.Terms = None,
) -> None:
    """Hand out all entries, or one contract's, as JSON lines that prove themselves complete.

    A fresh checkpoint at the end covers every line; of other customers it shows sizes and roots only.

    Examples:

        infogere record export --contract BC-2026-014 --output BC-2026-014.jsonl

        infogere record export | xz > record.jsonl.xz
    """
    from infogere.record.export import export_lines
    from infogere.record.findings import Point
    from infogere.record.recorder import DEFAULT_TERMS

    where = settings.load()
    lines = export_lines(
        where.record_url,
        where.state_dir,
        terms=terms or DEFAULT_TERMS,
        contract=contract,
        since=Point.parse(since) if since else None,
    )
    if output is None:
        sys.stdout.buffer.writelines(lines)
        return
    # Whole or not at all: half an export would look like a record with its tail removed.
    draft = output.with_name(output.name + ".part")
    try:
        with draft.open("wb") as target:
            count = sum(1 for line in lines if target.write(line))
        draft.replace(output)
    except OSError as error:
        raise InfogereError(f"{output}: {error.strerror}", way_out="choose another --output") from error
    finally:
        draft.unlink(missing_ok=True)
    typer.echo(f"{output} written, {count} lines; `infogere record verifier` gives the program that checks it")


@app.command()
def migrate(
    to: Annotated[
        str | None, typer.Option(metavar="VERSION", help="Default: this release's; lower ones go back.")
    ] = None,
) -> None:
    """Bring the record's tables to a version. The first use of a release does it by itself, where it may.

    A PostgreSQL role that may only read and append cannot: call this once with the owner's address.

    Example: INFOGERE_RECORD_URL=postgresql://owner@db1/record infogere record migrate
    """
    from infogere.record.migrate import HEAD, bring_to

    bring_to(settings.load().record_url, to or HEAD)
    typer.echo(f"tables are of version {to or HEAD}")


app.command()(record_signing.checkpoint)
app.command()(record_signing.key)
app.command("rotate-key")(record_signing.rotate_key)
app.command("trust-key")(record_signing.trust_key)
app.command()(record_signing.prove)
app.command()(record_signing.timer)


@app.command()
def verifier(
    output: Annotated[Path, typer.Option(metavar="FILE", help="Where to write it.")] = Path("verify_record.py"),
) -> None:
    """Write the program with which a customer checks an export alone: one file, Python and openssl.

    Example: infogere record verifier && python3 verify_record.py BC-2026-014.jsonl --key 9f2c...
    """
    from importlib.resources import files

    try:
        output.write_bytes(files("infogere.statements").joinpath("verify_record.py").read_bytes())
    except OSError as error:
        raise InfogereError(f"{output}: {error.strerror}", way_out="choose another --output") from error
    typer.echo(f"{output} written; see: python3 {output} --help")


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise InfogereError(
            f"--since {text}: not an instant", way_out="write 2026-11-01 or 2026-11-01T08:00+01:00"
        ) from None
    return instant.astimezone(UTC)


def _print_table(entries: list[StoredEntry]) -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from infogere.record.wording import summary

    terminal = console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("seq", justify="right")
    for title in ("time", "kind", "server", "contract"):
        table.add_column(title, no_wrap=True)
    table.add_column("what", ratio=1)
    for entry in entries:
        what, style = summary(entry)
        recorded = datetime.fromisoformat(entry.recorded).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        cells = (str(entry.seq), recorded, entry.kind, entry.server or "", entry.contract or "")
        # Text, not markup: what servers said must not colour or hide anything.
        if terminal.width < _ROOM_FOR_TABLE:
            terminal.print(Text("  ".join(filter(None, cells)), style))
            terminal.print(Padding(Text(what, style), (0, 0, 0, 4)))
        else:
            table.add_row(*map(Text, cells), Text(what), style=style)
    if not entries:
        terminal.print("no entry found")
    elif table.rows:
        terminal.print(uncut(table))


def _print_report(report: Report, broken_means: str) -> None:
    from rich.text import Text

    terminal = console(soft_wrap=True)
    for finding in report.findings:
        word, style = ("BROKEN ", "bold red") if finding.broken else ("warning", "yellow")
        terminal.print(Text.assemble((word, style), " ", (f"{finding.code}: {finding.message}", "")))
    broken = sum(finding.broken for finding in report.findings)
    if broken:
        found = _count(broken, "finding")
        verdict = Text(f"{found} in {_count(report.entries, 'entry', 'entries')}: {broken_means}", "bold red")
    else:
        warnings = f", {_count(len(report.findings), 'warning')}" if report.findings else ""
        late = f" ({report.late} late)" if report.late else ""
        size = f"{_count(report.entries, 'entry', 'entries')}, {_count(report.checkpoints, 'checkpoint')}{late}"
        verdict = Text(f"{size}: the chain is whole{warnings}", "green")
    terminal.print(verdict)
    if report.newest and report.whole:
        terminal.print(f"newest checkpoint, to keep for the next export: {report.newest}")


def _count(number: int, word: str, several: str = "") -> str:
    return f"{number} {word if number == 1 else several or f'{word}s'}"

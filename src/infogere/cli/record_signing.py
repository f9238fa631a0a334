"""The commands of ``infogere record`` that sign: checkpoints, keys, proofs."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from infogere import settings
from infogere.cli import timers
from infogere.errors import InfogereError
from infogere.timers import Job

Terms = Annotated[str | None, typer.Option("--terms", metavar="VERSION", help="Version of the terms in force.")]


def key() -> None:
    """Print the public key that signs this controller's checkpoints and exports.

    Keep it somewhere else too: it is what an export is compared with.
    """
    from infogere.record.database import RecordMissing
    from infogere.record.keys import signer
    from infogere.record.reading import Reader

    where = settings.load()
    try:
        with Reader(where.record_url) as reader:
            signed = bool(reader.entries(kind="checkpoint", limit=1))
    except RecordMissing:
        signed = False
    shared = where.record_url.startswith("postgresql")
    typer.echo(signer(settings.ensure_state_dir(where), make=not signed or shared).public)


def checkpoint(
    show: Annotated[bool, typer.Option("--show", help="Print SIZE:ROOT of the newest one; sign nothing.")] = False,
    days: Annotated[
        bool, typer.Option("--days", help="Only close the days that are over (what the timer does).")
    ] = False,
    after_silence: Annotated[
        bool, typer.Option("--after-silence", help="The clock is right although the record was silent for a year.")
    ] = False,
    terms: Terms = None,
) -> None:
    """Sign the record as it is now, and close every UTC day that is over and has no checkpoint.

    The first entry of each day closes the days before it by itself; on quiet days a timer does (`infogere record
    timer`). SIZE:ROOT is what a customer keeps: the next export must go on from it.

    Examples:

        infogere record checkpoint

        infogere record checkpoint --show
    """
    from infogere.record.reading import Reader

    where = settings.load()
    with Reader(where.record_url) as reader:  # a record begins with its first entry, not with a checkpoint
        if show:
            newest = reader.newest_checkpoint()
            if newest is None:
                raise InfogereError("nothing is signed yet", way_out="infogere record checkpoint")
            typer.echo(str(newest))
            return
    from infogere.record.recorder import DEFAULT_TERMS
    from infogere.record.store import Store

    with Store(where.record_url, where.state_dir) as store:
        if days:
            closed = store.close_days(terms or DEFAULT_TERMS, after_silence=after_silence)
            typer.echo(f"days closed: {len(closed)}")
        else:
            seq = store.checkpoint(terms or DEFAULT_TERMS, after_silence=after_silence)
            typer.echo(f"checkpoint is entry {seq}")


def rotate_key(
    to: Annotated[
        str | None, typer.Option(metavar="KEY", help="file:PATH or agent:SOCKET[#PUBLIC]; default: a new file.")
    ] = None,
    lost: Annotated[bool, typer.Option("--lost", help="The old key is gone; verification will show that.")] = False,
    terms: Terms = None,
) -> None:
    """Sign with another key from now on; the record keeps the old key's word for the new one.

    A key in an ssh-agent that another user runs can be used from here, but never read. docs/runbooks.md sets one up.

    Examples:

        infogere record rotate-key

        infogere record rotate-key --to agent:/run/infogere-signer/agent.sock
    """
    from infogere.record.recorder import DEFAULT_TERMS
    from infogere.record.rotation import rotate
    from infogere.record.store import Store

    where = settings.load()
    with Store(where.record_url, settings.ensure_state_dir(where)) as store:
        signer = rotate(store, where.state_dir, terms or DEFAULT_TERMS, to=to, lost=lost)
    typer.echo(f"signing key is now {signer.public}")


def trust_key(
    public: Annotated[str, typer.Argument(metavar="KEY", help="What `infogere record key` prints there.")],
    terms: Terms = None,
) -> None:
    """Let another controller that writes to this record sign it too.

    Example: infogere record trust-key 9f2c...
    """
    from infogere.record.recorder import DEFAULT_TERMS
    from infogere.record.rotation import introduce
    from infogere.record.store import Store

    where = settings.load()
    with Store(where.record_url, where.state_dir) as store:
        seq = introduce(store, terms or DEFAULT_TERMS, public)
    typer.echo(f"entry {seq} lets {public} sign")


def prove(
    seq: Annotated[int | None, typer.Argument(min=1, help="Number of an entry: its inclusion proof.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="SIZE:ROOT", help="An earlier checkpoint: the consistency proof from there.")
    ] = None,
) -> None:
    """Print a proof of RFC 6962 under the newest checkpoint, as JSON, for a reader who has tools of his own.

    Exports need none: their lines prove the same (docs/record-format.md).

    Examples:

        infogere record prove 42

        infogere record prove --since 1200:5f08...
    """
    from infogere.record.findings import Point
    from infogere.record.proving import prove_consistency, prove_inclusion
    from infogere.record.reading import Reader

    if (seq is None) == (since is None):
        raise InfogereError("prove takes an entry or --since", way_out="infogere record prove --help")
    with Reader(settings.load().record_url) as reader:
        proof = prove_inclusion(reader, seq) if seq else prove_consistency(reader, Point.parse(since or ""))
    typer.echo(json.dumps(proof, indent=2))


def timer(install: timers.Install = None) -> None:
    """Print the systemd units that close each day, for this user and this folder; or install them.

    Examples:

        infogere record timer

        sudo "$(command -v infogere)" record timer --install /etc/systemd/system
    """
    # Days of the record are UTC days. A day that was missed is closed late, and says so.
    event = "*-*-* 00:05:00 UTC"
    timers.make(
        [
            Job(
                "checkpoint",
                "Close the day in the SLA record",
                ("record", "checkpoint", "--days"),
                event,
                catch_up=True,
            )
        ],
        install,
    )

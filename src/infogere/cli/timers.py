"""What the commands ``timer`` have in common: units are shown, or written to a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from infogere import settings
from infogere.errors import InfogereError
from infogere.timers import Job, Place, units

Install = Annotated[
    Path | None,
    typer.Option(
        "--install", metavar="FOLDER", help="Write the units there, e.g. /etc/systemd/system, instead of showing them."
    ),
]


def make(jobs: list[Job], install: Path | None) -> None:
    """Show or install the units of these jobs, for this user and this fleet's folder."""
    where = settings.load()
    place = Place.here(where.config_file.parent if where.config_file else Path.cwd())
    made: dict[str, str] = {}
    for job in jobs:
        made |= units(job, place)
    if install is None:
        for name, text in made.items():
            typer.echo(f"# {name}\n{text}")
        return
    _write(made, install)
    timers = " ".join(name for name in made if name.endswith(".timer"))
    typer.echo(f"written to {install}; switch on: systemctl daemon-reload && systemctl enable --now {timers}")


def _write(made: Mapping[str, str], folder: Path) -> None:
    for name, text in made.items():
        try:
            (folder / name).write_text(text, encoding="utf-8")
        except OSError as error:
            raise InfogereError(
                f"{folder / name}: {error.strerror}", way_out="name a folder that you may write, or run it as root"
            ) from error

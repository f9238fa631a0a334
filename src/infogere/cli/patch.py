"""``infogere patch``: judge updates."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infogere import settings
from infogere.cli.contract_options import ProfileOption, TermsOption
from infogere.errors import InfogereError

if TYPE_CHECKING:
    from infogere.patching.judging import Judge, Judgement

app = typer.Typer(
    no_args_is_help=True,
    help="Updates: what is minor, what a window would apply, and applying exactly that.",
    rich_markup_mode="markdown",
)


@app.callback()
def root() -> None:
    """Keeps ``classify`` a subcommand while it is alone."""


@app.command()
def classify(  # noqa: PLR0917 - one parameter per option
    installed: Annotated[str, typer.Argument(help="The version that is there; none: the package is not.")],
    candidate: Annotated[str, typer.Argument(help="The version that would come; none: the package would go.")],
    package: Annotated[
        str, typer.Option(metavar="NAME", help="Name of the package, for the exceptions of the terms.")
    ] = "",
    security: Annotated[bool, typer.Option("--security", help="It comes from the security archive.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    terms: TermsOption = None,
    profile: ProfileOption = None,
) -> None:
    """Say whether an update is minor, so that a window may apply it, or more, so that the customer is asked.

    Minor: only the third component of the version changes, or later ones, or the packaging alone. Major: the first or
    the second. A version without digits to count is treated as major, unless the terms list its package.

    Examples:

        infogere patch classify 10.11.6-0+deb12u1 10.11.8-0+deb12u1

        infogere patch classify 2024a-0+deb12u1 2024b-0+deb12u1 --package tzdata --json
    """
    if not installed.strip() or not candidate.strip():
        raise InfogereError("an empty version", way_out="write none for a package that is not there")
    judgement = _judge(terms, profile).judge(installed, candidate, package, security=security)
    if as_json:
        typer.echo(json.dumps(as_plain(judgement), ensure_ascii=False))
        return
    verdict = typer.style("allowed", fg="green", bold=True)
    if not judgement.allowed:
        verdict = typer.style("refused", fg="red", bold=True)
    typer.echo(f"{verdict}  {judgement.update_class}  [{judgement.clause}]")
    typer.echo(f"  {judgement.reason}")


def as_plain(judgement: Judgement) -> dict[str, Any]:
    """The judgement as JSON values."""
    plain = asdict(judgement)
    return {"class": plain.pop("update_class"), **plain}


def _judge(terms: str | None, profile: str | None) -> Judge:
    from infogere import terms as contract
    from infogere.patching.judging import Judge

    where = settings.load()
    path = terms or where.terms
    readings = contract.readings(contract.profile_named(profile or where.profile), path=path)
    return Judge(contract.load(path), readings)

"""``infogere sla statement``: what a customer gets, as a page and on paper."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infogere import settings
from infogere.cli.contract_options import TermsOption
from infogere.cli.options import MaybeContractOption
from infogere.errors import InfogereError

if TYPE_CHECKING:
    from infogere.statements.issue import Pages
    from infogere.statements.model import Statement
    from infogere.terms import Profile

_SCREEN = "-"


def statement(  # noqa: PLR0917 - one parameter per option
    contract: MaybeContractOption = None,
    month: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="Default: the last month that is over.")] = None,
    html: Annotated[
        str | None, typer.Option(metavar="FILE", help="Default: CONTRACT-MONTH.LANGUAGE.html here; - is the screen.")
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Make a PDF too, beside the HTML.")] = False,
    pdf_file: Annotated[str | None, typer.Option(metavar="FILE", help="Make the PDF there.")] = None,
    language: Annotated[str, typer.Option(metavar="fr|en", help="Language of the customer.")] = "fr",
    profile: Annotated[
        str | None,
        typer.Option(metavar="customer|provider", help="Reading in force; both are shown. Default: from ansible.cfg."),
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Do not put it on record.")] = False,
    example: Annotated[
        bool, typer.Option("--example", help="An invented contract, to see what a statement is.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="What was made, as one JSON object.")] = False,
    terms: TermsOption = None,
) -> None:
    """Make the statement of one contract and month: one self-contained HTML page, and the same as PDF.

    A statement of a month that is over goes on record, with its digests and both profiles' figures. Made
    again from an unchanged record it is the same page, byte for byte, and leaves no second entry.

    Examples:

        infogere sla statement --example --pdf

        infogere sla statement --contract BC-2026-014 --month 2026-10 --pdf

        infogere sla statement -c BC-2026-014 --language en --html - | less
    """
    from infogere import terms as conditions
    from infogere.statements.render import html as render

    where = settings.load()
    now = datetime.now(UTC)
    chosen = conditions.profile_named(profile or where.profile)
    path = terms or where.terms
    told = _example(chosen) if example else _from_record(where, contract, month, profile=chosen, terms=path, now=now)
    clauses = {name: clause.says for name, clause in conditions.obligations(path).clauses.items()}
    page = render(told, language, clauses)
    files = _files(told, language, html, paper=pdf, paper_file=pdf_file)
    pages = _pages(page, language, paper=files[1] is not None)
    # On record only what could be written, and in place only what is on record.
    with _written(files, pages):
        entry, status = (None, "draft") if draft or example else _put_on_record(where, told, pages, now)
    report = _report(told, pages, files, entry, status)
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False, indent=2))
    elif files[0] != _SCREEN:
        _show(report)


def _example(profile: Profile) -> Statement:
    from infogere.statements.example import statement as example

    return example(profile)


def _from_record(
    where: settings.Settings,
    contract: str | None,
    month: str | None,
    *,
    profile: Profile,
    terms: str | None,
    now: datetime,
) -> Statement:
    from infogere import calendar
    from infogere.record.reading import Reader
    from infogere.statements.build import Wanted, load

    if contract is None:
        raise InfogereError("whose statement?", way_out="name the order form with --contract, or try --example")
    if where.provider is None:
        raise InfogereError(
            "the name on top of the statement is not known",
            way_out=f"write provider = ... in [{settings.SECTION}] of ansible.cfg",
            clause="A-1-2",
        )
    today = now.astimezone(calendar.load(where.calendar).zone)
    last_month = f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"
    wanted = Wanted(contract, month or last_month, now, profile, where.provider, terms)
    with Reader(where.record_url) as reader:
        return load(reader, wanted)


def _files(
    told: Statement, language: str, html: str | None, *, paper: bool, paper_file: str | None
) -> tuple[str, str | None]:
    page = html or f"{told.head.contract}-{told.head.month:%Y-%m}.{language}.html"
    if paper and paper_file is None:
        if page == _SCREEN:
            raise InfogereError("a page on the screen has no file beside it", way_out="name the PDF with --pdf-file")
        paper_file = str(Path(page).with_suffix(".pdf"))
    return page, paper_file


def _pages(page: str, language: str, *, paper: bool) -> Pages:
    from infogere.statements.issue import Pages

    pages = Pages(language, page.encode(), None)
    if paper:
        from infogere.statements.pdf import pdf

        pages = replace(pages, pdf=pdf(page))
    return pages


def _put_on_record(where: settings.Settings, told: Statement, pages: Pages, now: datetime) -> tuple[int | None, str]:
    from infogere.record.reading import Reader
    from infogere.record.store import Store
    from infogere.statements.issue import issue, issued

    if told.head.provisional:
        return None, "provisional"
    with Reader(where.record_url) as reader:
        if seq := issued(reader, told, pages):
            return seq, "unchanged"
    with Store(where.record_url, settings.ensure_state_dir(where)) as store:
        return issue(store, told, pages, now), "issued"


@contextmanager
def _written(files: tuple[str, str | None], pages: Pages) -> Iterator[None]:
    """The pages in files beside their places, which they take if the block ends well."""
    wanted = zip(files, (pages.html, pages.pdf), strict=True)
    contents = {Path(name): content for name, content in wanted if name not in {None, _SCREEN} and content is not None}
    drafts = {path: path.with_name(f"{path.name}.part") for path in contents}
    at: Path | None = None
    try:
        for path, content in contents.items():
            at = drafts[path]
            at.write_bytes(content)
        yield
        for path, draft in drafts.items():
            draft.replace(path)
    except OSError as error:
        raise InfogereError(f"{error.filename or at}: {error.strerror}", way_out="choose another file") from error
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
    if files[0] == _SCREEN:
        typer.echo(pages.html.decode(), nl=False)


def _report(
    told: Statement, pages: Pages, files: tuple[str, str | None], entry: int | None, status: str
) -> dict[str, Any]:
    from infogere.statements.issue import priced

    head = told.head
    return {
        "contract": head.contract,
        "month": f"{head.month:%Y-%m}",
        "profile": head.profile,
        "language": pages.language,
        "status": status,
        "entry": entry,
        "head": {"contract_seq": told.proof.contract_seq, "seq": told.proof.seq, "hash": told.proof.hash},
        "priced": [priced(one).model_dump() for one in (told.both.customer, told.both.provider)],
        "html": {"file": files[0], "sha256": pages.html_digest},
        "pdf": {"file": files[1], "sha256": pages.pdf_digest} if files[1] else None,
    }


_STATUS = {
    "issued": "on record as entry {entry}",
    "unchanged": "unchanged: on record already, as entry {entry}",
    "draft": "a draft, not on record",
    "provisional": "provisional, the month is not over: not on record",
}


def _show(report: dict[str, Any]) -> None:
    typer.echo(report["html"]["file"])
    if report["pdf"]:
        typer.echo(report["pdf"]["file"])
    typer.echo(f"statement of {report['contract']} for {report['month']}: {_STATUS[report['status']].format(**report)}")

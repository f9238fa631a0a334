"""The same page on paper: A4, made by WeasyPrint from the HTML alone. Imported only when a PDF is asked for."""

from __future__ import annotations

import logging

from infogere.errors import InfogereError

PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-inter")
"""Debian packages that drawing text needs; ``bin/setup`` installs them."""


def pdf(html: str) -> bytes:
    """The page as PDF, tagged so that a screen reader finds its headings and tables.

    Raises:
        InfogereError: a library of the system is missing; names the packages.
    """
    try:
        import weasyprint  # type: ignore[import-untyped]
    except OSError as error:
        raise InfogereError(
            f"no PDF can be made, a system library is missing: {' '.join(str(error).split())[:120]}",
            way_out=f"apt-get install {' '.join(PACKAGES)}",
        ) from error
    # It warns of every rule that paper has no use for, such as those for small screens.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    # The page holds everything itself: an address that a name or a summary smuggles in gets no answer.
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=("data",))
    document: bytes = weasyprint.HTML(string=html, url_fetcher=fetcher).write_pdf(pdf_tags=True)
    return document

"""The clauses of the contract: what a refusal and ``--explain`` quote in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from infogere.errors import InfogereError
from infogere.terms.base import ClauseId, Strict

Kind = Literal["E", "X", "M", "R", "N", "D", "F", "P", "L"]

KIND_NAMES: Mapping[Kind, str] = {
    "E": "enforce",
    "X": "execute",
    "M": "measure",
    "R": "record",
    "N": "notify",
    "D": "definition",
    "F": "formula",
    "P": "right of the provider",
    "L": "limit",
}


class Obligation(Strict):
    """One clause.

    Attributes:
        kinds: what it asks of the software; see ``KIND_NAMES``.
        says: the clause in one English line.
        readings: questions (``Q15``) on which its meaning depends.
    """

    kinds: tuple[Kind, ...] = Field(min_length=1)
    says: str
    readings: tuple[str, ...] = ()


class Obligations(Strict):
    """All clauses of one version of the terms, by id."""

    terms: str
    clauses: Mapping[ClauseId, Obligation]

    def __contains__(self, clause: str) -> bool:
        return clause in self.clauses

    def get(self, clause: str) -> Obligation:
        """The clause with this id; an unknown id is an error with the nearest known ones."""
        if clause not in self.clauses:
            from difflib import get_close_matches

            near = ", ".join(get_close_matches(clause, self.clauses, n=3))
            raise InfogereError(
                f"no clause {clause} in {self.terms}",
                way_out=f"did you mean {near}?" if near else "see: infogere terms show",
            )
        return self.clauses[clause]

    def quote(self, clause: str) -> str:
        """``A-4.4-2: The provider never creates mailboxes for the customer.``"""
        return f"{clause}: {self.get(clause).says}"

    def of_article(self, article: str) -> dict[str, Obligation]:
        """Clauses of one article (``5.1``, ``L3``, ``A-5.1``) or the one clause with that id, in order."""
        wanted = article if article.startswith("A-") else f"A-{article}"
        return {
            clause: obligation
            for clause, obligation in self.clauses.items()
            if clause == wanted or clause.rsplit("-", 1)[0] == wanted
        }

"""Problems: the root cause of one or more incidents (A-2-4).

A problem may lie behind incidents of several customers. Each of their chains says it again, under one
number, so that every customer reads it in its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from infogere.errors import InfogereError
from infogere.fleet.nearest import hint
from infogere.record.kinds.contract import ContractBasis
from infogere.record.kinds.incidents import IncidentLinked, Problem
from infogere.record.reading import Reader
from infogere.record.recorder import one_line
from infogere.sla import ledger, numbering
from infogere.sla.incident_writer import IncidentWriter

_PREFIX = "PRB"


class ProblemDesk(IncidentWriter):
    """Acts on problems."""

    def open(self, summary: str, incidents: Sequence[str]) -> tuple[str, list[tuple[int, Problem | IncidentLinked]]]:
        """Open a problem behind incidents, at least one; returns its number and every entry written."""
        contracts = {incident: self.contract_of(incident) for incident in incidents}
        first = self.desk.contract(contracts[incidents[0]])
        year = self.desk.now.astimezone(ZoneInfo(first.timezone)).year

        def make(reader: Reader) -> Problem:
            number = numbering.following(reader, Problem.kind, "problem", _PREFIX, year)
            return self._said(first, number, summary)

        written: list[tuple[int, Problem | IncidentLinked]] = []
        seq, entry = self.desk.append(make)
        written.append((seq, entry))
        for reference in sorted(set(contracts.values()) - {first.contract}):
            written.append(self._say(self.desk.contract(reference), entry))
        for incident in incidents:
            written.append(self._linked(incident, entry.problem))
        return entry.problem, written

    def say(
        self, problem: str, *, summary: str | None = None, root_cause: str | None = None, closed: bool = False
    ) -> list[tuple[int, Problem]]:
        """Say more of a problem, in every chain that knows it.

        Raises:
            InfogereError: no such problem; closed without a root cause.
        """
        known = self.known(problem)
        last = next(iter(known.values()))
        cause = one_line(root_cause) if root_cause else last.root_cause
        if closed and not cause:
            raise InfogereError(
                f"problem {problem} cannot be closed: its root cause is not known",
                way_out=f"infogere problem say {problem} --root-cause TEXT --close",
                clause="A-2-4",
            )
        entry = last.model_copy(
            update={"summary": one_line(summary) if summary else last.summary, "root_cause": cause, "closed": closed}
        )
        return [self._say(self.desk.contract(reference), entry) for reference in known]

    def link(self, incident: str, problem: str) -> list[tuple[int, Problem | IncidentLinked]]:
        """Tie one more incident to a problem; its contract's chain then says the problem too."""
        known = self.known(problem)
        reference = self.contract_of(incident)
        written: list[tuple[int, Problem | IncidentLinked]] = []
        if reference not in known:
            written.append(self._say(self.desk.contract(reference), next(iter(known.values()))))
        written.append(self._linked(incident, problem))
        return written

    def known(self, problem: str) -> dict[str, Problem]:
        """A problem as it was last said in each contract's chain.

        Raises:
            InfogereError: no such problem, with the nearest number.
        """
        everything = self.all()
        if problem not in everything:
            raise InfogereError(
                f"no problem {problem} on record",
                way_out=hint(problem, everything, "there is none yet: infogere problem open"),
            )
        return everything[problem]

    def all(self) -> dict[str, dict[str, Problem]]:
        """Every problem, newest first: number, then contract, to what was last said."""
        found: dict[str, dict[str, Problem]] = {}
        with Reader(self.desk.record_url) as reader:
            for stored in reader.newest(Problem.kind):
                entry = stored.typed()
                if isinstance(entry, Problem):
                    found.setdefault(entry.problem, {}).setdefault(ledger.contract_of(stored), entry)
        return found

    def _said(self, contract: ContractBasis, problem: str, summary: str) -> Problem:
        common = self.common(contract, None)
        return Problem(**common, problem=problem, summary=one_line(summary))

    def _say(self, contract: ContractBasis, entry: Problem) -> tuple[int, Problem]:
        common = self.common(contract, None)
        return self.desk.append(lambda _: entry.model_copy(update=common))

    def _linked(self, incident: str, problem: str) -> tuple[int, IncidentLinked]:
        return self.about(incident, lambda _, common: IncidentLinked(**common, problem=problem))

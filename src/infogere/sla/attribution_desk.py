"""Who caused an incident, whether the customer agrees, and what it belongs to (Q11, A-2-4, A-2-9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

from infogere.errors import InfogereError
from infogere.fleet.nearest import hint
from infogere.record.kinds.incidents import Cause, IncidentAttributed, IncidentContested, IncidentLinked
from infogere.record.kinds.works import WorksAnnounced
from infogere.record.reading import Reader
from infogere.record.recorder import one_line
from infogere.sla.incident_writer import IncidentWriter
from infogere.sla.incidents import Dossier

CAUSES: tuple[Cause, ...] = get_args(Cause)


@dataclass(frozen=True)
class Attribution:
    """Who caused it; ``party`` goes with ``third_party`` and with it alone."""

    cause: Cause
    evidence: str
    party: str | None = None
    settles: int | None = None


class AttributionDesk(IncidentWriter):
    """Attributions, contests and links."""

    def attribute(self, incident: str, said: Attribution) -> tuple[int, IncidentAttributed]:
        """Say who caused it, on which evidence; the customer may contest it (Q11).

        Raises:
            InfogereError: a third party that the customer never named (A-2-9), or a contest that is none.
        """
        party = self._party(incident, said)

        def make(dossier: Dossier, common: dict[str, Any]) -> IncidentAttributed:
            open_contests = [contest.seq for contest in dossier.contests if contest.settled_by is None]
            if said.settles is not None and said.settles not in open_contests:
                known = ", ".join(map(str, open_contests)) or "none"
                raise InfogereError(
                    f"entry {said.settles} is no open contest of {incident}",
                    way_out=f"open contests: {known}",
                    clause="A-5.1-6",
                )
            return IncidentAttributed(
                **common, cause=said.cause, party=party, evidence=one_line(said.evidence), settles=said.settles
            )

        return self.about_linked(incident, make)

    def contest(self, incident: str, by: str, reason: str) -> tuple[int, IncidentContested]:
        """The customer contests who is said to have caused it; until settled, the time counts (Q11)."""

        def make(dossier: Dossier, common: dict[str, Any]) -> IncidentContested:
            if dossier.attribution is None:
                raise InfogereError(
                    f"{incident} is attributed to nobody: there is nothing to contest, and its time counts",
                    way_out=f"infogere incident show {incident}",
                    clause="A-5.1-6",
                )
            same = [one for one in dossier.contests if one.settled_by is None]
            if same:
                raise InfogereError(
                    f"{incident} is contested already, in entry {same[0].seq}",
                    way_out=f"infogere incident attribute {incident} --settles {same[0].seq} ... answers it",
                    clause="A-5.1-6",
                )
            return IncidentContested(
                **common, contests=dossier.attribution.seq, by=one_line(by), reason=one_line(reason)
            )

        return self.about(incident, make)

    def link(self, incident: str, *, works: str | None = None, entry: int | None = None) -> tuple[int, IncidentLinked]:
        """Tie it to planned works, or to another entry of the customer's chain, such as a refused update (A-L3-27)."""
        contract = self.contract_of(incident)
        if works is not None:
            found = {stored.data["works"] for stored in self.desk.entries(contract, {WorksAnnounced.kind})}
            if works not in found:
                raise InfogereError(
                    f"no works {works} in contract {contract}",
                    way_out=hint(works, found, "it has none yet: infogere works announce"),
                )
        if entry is not None:
            with Reader(self.desk.record_url) as reader:
                if reader.entry(entry).contract != contract:
                    raise InfogereError(
                        f"entry {entry} is not in the chain of contract {contract}, where the customer could read it",
                        way_out=f"infogere record list --contract {contract}",
                    )
        return self.about(incident, lambda _, common: IncidentLinked(**common, works=works, entry=entry))

    def _party(self, incident: str, said: Attribution) -> str | None:
        if said.cause != "third_party":
            if said.party is not None:
                raise InfogereError(
                    f"a party goes with cause third_party, not with {said.cause}", way_out="leave --party out"
                )
            return None
        servers = self.desk.servers(self.contract_of(incident))
        names = {party.name for server in servers for party in server.third_parties}
        known = ", ".join(sorted(names)) or "the customer has named nobody"
        if said.party is None or said.party not in names:
            who = f"{said.party!r}" if said.party else "nobody"
            raise InfogereError(
                f"{who} is no third party that the customer has named, and other people's faults count",
                way_out=f"--party with one of: {known}" if names else known,
                clause="A-2-9",
            )
        return said.party

"""What happened in the month: incidents and works, their figures joined with what the entries say of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from infogere.record.kinds.incidents import IncidentAttributed, Problem
from infogere.record.kinds.maintenance import CustomerChoice, Interruption
from infogere.record.reading import StoredEntry
from infogere.sla import incidents as files
from infogere.sla import works as announcements
from infogere.sla.incidents import Dossier, seconds
from infogere.sla.model import History, Incident, Works
from infogere.sla.result import IncidentLine, Result, WorksLine
from infogere.statements import chapters
from infogere.statements.chapters import Frame
from infogere.statements.model import IncidentRow, WorksRow
from infogere.statements.rows import ChoiceRow


def incidents(entries: Sequence[StoredEntry], past: History, own: Result, frame: Frame) -> tuple[IncidentRow, ...]:
    """The incidents of the month in the order in which they began, numbered from 1."""
    known = {incident.id: incident for incident in past.incidents}
    choices = {
        stored.seq: entry
        for stored in entries
        if stored.kind == CustomerChoice.kind and isinstance(entry := stored.typed(), CustomerChoice)
    }
    desk = _Desk(files.fold(entries), files.problems(entries), choices, _clauses(own, "incident."), frame)
    lines = sorted(own.incidents, key=lambda line: (_began(line, known[line.id]), line.id))
    return tuple(desk.row(number, line, known[line.id]) for number, line in enumerate(lines, 1))


def works(entries: Sequence[StoredEntry], past: History, own: Result) -> tuple[WorksRow, ...]:
    """Announced works, and cuts that a run measured."""
    known = {job.id: job for job in past.works}
    clauses = _clauses(own, "works.")
    services = {
        (seconds(entry.began), entry.server): entry.service
        for entry in (stored.typed() for stored in entries if stored.kind == Interruption.kind)
        if isinstance(entry, Interruption)
    }
    announced = announcements.fold(entries)
    return tuple(
        _works(line, known[line.id], clauses[line.id], {} if line.id in announced else services) for line in own.works
    )


def _clauses(own: Result, prefix: str) -> Mapping[str, str]:
    """The clause by which the computation judged each incident, or each works."""
    return {str(step.numbers["id"]): step.clause for step in own.steps if step.key.startswith(prefix)}


def _began(line: IncidentLine, incident: Incident) -> int:
    instants = [at for at in (incident.start, incident.ticket) if at is not None]
    return min(instants, default=line.contract_clock[0] if line.contract_clock else 0)


@dataclass(frozen=True)
class _Desk:
    """What there is to say about the incidents of one contract."""

    dossiers: Mapping[str, Dossier]
    problems: Mapping[str, Problem]
    choices: Mapping[int, CustomerChoice]
    clauses: Mapping[str, str]
    frame: Frame

    def row(self, number: int, line: IncidentLine, incident: Incident) -> IncidentRow:
        dossier = self.dossiers[line.id]
        shown = [chapters.clip(clock, self.frame) for clock in (line.contract_clock, line.monitoring_clock) if clock]
        said = dossier.attribution.entry if dossier.attribution else None
        attribution = said if isinstance(said, IncidentAttributed) else None
        contest = next((one.entry for one in dossier.contests if one.settled_by is None), None)
        problem = self.problems.get(dossier.problem or "")
        return IncidentRow(
            number=number,
            id=line.id,
            summary=incident.summary or line.id,
            server=incident.server,
            effect=incident.effect,
            standing=line.standing,
            clause=self.clauses[line.id],
            span=next((span for span in shown if span), None),
            started=incident.start,
            ticket=dossier.ticket,
            ticket_at=incident.ticket,
            restored=incident.restored,
            contract_s=line.contract_s,
            monitoring_s=line.monitoring_s,
            cause=incident.cause,
            party=attribution.party if attribution else None,
            evidence=attribution.evidence if attribution else None,
            contested_by=contest.by if contest else "",
            contest_reason=contest.reason if contest else "",
            problem=dossier.problem,
            root_cause=problem.root_cause if problem else None,
            choices=tuple(self._choices(dossier)),
        )

    def _choices(self, dossier: Dossier) -> Iterator[ChoiceRow]:
        for seq in dict.fromkeys(dossier.linked):
            said = self.choices.get(seq)
            if said and said.choice != "agreed":
                day = self.frame.day_of(seconds(said.said))
                yield ChoiceRow(said.choice, said.packages, day, said.by, said.proposal)


def _works(line: WorksLine, job: Works, clause: str, services: Mapping[tuple[int, str], str]) -> WorksRow:
    return WorksRow(
        id=line.id,
        subject=job.subject,
        measured=next((services[job.start, name] for name in job.servers if (job.start, name) in services), None),
        servers=job.servers,
        start=job.start,
        end=job.end,
        actual_end=job.actual_end,
        notice_sent=job.notice_sent,
        standing=line.standing,
        clause=clause,
        planned_s=line.planned_s,
        counted_s=line.counted_s,
    )

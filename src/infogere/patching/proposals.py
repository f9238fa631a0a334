"""Updates that are more than the contract lets us apply unasked: proposed to the customer, by mail and on record.

A major update is never an action but a proposal (A-L3-23); a critical fix that the customer refuses or delays was
proposed before (A-L3-27).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from infogere.errors import InfogereError
from infogere.fleet.nearest import hint
from infogere.notices import writing
from infogere.notices.message import Mailbox
from infogere.notices.outbox import Outbox
from infogere.notices.outbox import sender as sender_of_notice
from infogere.notices.words import Purpose
from infogere.notices.works.parties import Party
from infogere.notices.writing import Draft
from infogere.patching.judging import ABSENT
from infogere.patching.plan import Choice, Plan, PlannedChange
from infogere.patching.versions import Version
from infogere.record import chain
from infogere.record.database import RecordMissing
from infogere.record.kinds.maintenance import CustomerChoice, PackagesUpdated, UpdateProposal
from infogere.record.reading import Reader, StoredEntry
from infogere.record.store import Store

PURPOSE: Purpose = "update-proposal"
_ASKED = ("major", "unknown")
_NOTHING = Choice("agreed", "", "")
"""What a package counts as of which nothing was said."""


@dataclass(frozen=True)
class Known:
    """A proposal on record.

    Attributes:
        since: when it was made.
        answered: packages that the customer has said something of since, on this proposal or another reference, or
            that were updated to the proposed version or beyond without its answer, such as a critical fix in a window.
    """

    seq: int
    entry: UpdateProposal
    since: datetime
    answered: frozenset[str]

    @property
    def open(self) -> tuple[str, ...]:
        """Its packages that wait for an answer."""
        return tuple(one.package for one in self.entry.changes if one.package not in self.answered)


@dataclass(frozen=True)
class Asked:
    """What is proposed: changes, and what cannot come without them."""

    changes: tuple[PlannedChange, ...]
    together: tuple[PlannedChange, ...]

    @property
    def digest(self) -> str:
        """SHA-256 in hex over the canonical JSON of packages and versions."""
        plain = [[change.package, change.installed, change.candidate] for change in self.changes]
        return hashlib.sha256(chain.canonical({"changes": sorted(plain, key=str)})).hexdigest()


def asked_of(plan: Plan, packages: Sequence[str], choices: Mapping[str, Choice]) -> Asked:
    """What of a plan needs the customer's decision.

    Args:
        packages: these and no others, also updates that are planned, such as a critical fix that the customer may
            want to delay; none: every major update, and what is treated as one, to which no answer is on record.

    Raises:
        InfogereError: a package that the plan does not have, or a downgrade; nothing to propose.
    """
    by_name = {change.package: change for change in plan.changes}
    for name in packages:
        if name not in by_name:
            raise InfogereError(f"the plan of {plan.server} has no {name}", way_out=hint(name, by_name))
        if by_name[name].update_class == "downgrade":
            raise InfogereError(
                f"{name}: {by_name[name].reason}",
                way_out="mend the server's archives",
                clause=by_name[name].clause,
            )
    wanted = [by_name[name] for name in dict.fromkeys(packages)] or [
        change
        for change in plan.refused
        # A consent that leaves a change refused was one to another version.
        if change.update_class in _ASKED and choices.get(change.package, _NOTHING).choice == "agreed"
    ]
    if not wanted:
        raise InfogereError(
            f"nothing to propose for {plan.server}: its plan holds no major update without an answer",
            way_out=f"name a package with -p, or look again: infogere patch plan -l {plan.server}",
        )
    changes = tuple(sorted(wanted, key=lambda change: change.package))
    return Asked(changes, tuple(_dependent(plan, {change.package for change in changes})))


def _dependent(plan: Plan, proposed: set[str]) -> Iterable[PlannedChange]:
    """Refused changes that cannot come without a proposed one."""
    found = set(proposed)
    while more := {one.package for one in plan.refused if one.package not in found and found.intersection(one.needs)}:
        found |= more
    return (change for change in plan.refused if change.package in found - proposed)


def propose(
    outbox: Outbox, plan: Plan, asked: Asked, party: Party, sender: Mailbox, *, author: str, now: datetime
) -> UpdateProposal:
    """Write a proposal and its notice, in one transaction; ``sending.flush`` sends it.

    Returns:
        The proposal; the one that somebody else made of the same changes in the meantime, if there is one.
    """
    outbox.prepare()
    proposal, notice = f"P-{now:%Y%m%d}-{secrets.token_hex(3)}", writing.new_id()
    with Store(outbox.url, outbox.state_dir) as store, store.writing(now=now) as transaction:
        if known := _same(_made(transaction.reader, plan.server), asked):
            return known.entry
        entry = UpdateProposal(
            terms=plan.terms,
            server=plan.server,
            contract=plan.contract,
            at=transaction.clock,
            proposal=proposal,
            notice=notice,
            author=author,
            digest=asked.digest,
            changes=tuple(change.entry() for change in asked.changes),
            services=_services(asked),
        )
        seq = transaction.append(entry)
        draft = draft_of(plan, asked, party, proposal)
        writing.write(transaction, notice, draft, sender, about=seq, now=transaction.clock)
    return entry


def remind(  # noqa: PLR0917
    outbox: Outbox, known: Known, plan: Plan, asked: Asked, party: Party, sender: Mailbox, *, now: datetime
) -> str:
    """A second mail about the same proposal, which says that it is one; the id of its notice."""
    outbox.prepare()
    notice = writing.new_id()
    with Store(outbox.url, outbox.state_dir) as store, store.writing(now=now) as transaction:
        first = known.entry.notice
        earlier = writing.message_id(first, sender_of_notice(transaction, first))
        draft = draft_of(plan, asked, party, known.entry.proposal, reminds=earlier)
        writing.write(transaction, notice, draft, sender, about=known.seq, now=transaction.clock)
    return notice


def draft_of(plan: Plan, asked: Asked, party: Party, proposal: str, reminds: str = "") -> Draft:
    """The mail of a proposal."""
    return Draft(
        contract=plan.contract,
        terms=plan.terms,
        purpose=PURPOSE,
        language=party.language,
        recipients=party.recipients,
        facts={
            "zone": party.calendar.zone.key,
            "proposal": proposal,
            "server": plan.server,
            "services": list(_services(asked)),
            "changes": [_line(change) for change in asked.changes],
            "together": [_line(change) for change in asked.together],
            "critical": [change.package for change in asked.changes if change.security],
            "reminder": bool(reminds),
        },
        server=plan.server,
        replies_to=reminds,
    )


def same(url: str, asked: Asked, server: str) -> Known | None:
    """The newest proposal of the same changes for the server; None: they were never proposed."""
    return _same(proposals(url, server), asked)


def _same(made: Iterable[Known], asked: Asked) -> Known | None:
    return next((one for one in made if one.entry.digest == asked.digest), None)


def proposals(url: str, server: str | None = None) -> list[Known]:
    """Proposals on record, newest first."""
    try:
        with Reader(url) as reader:
            return _made(reader, server)
    except RecordMissing:
        return []


def _made(reader: Reader, server: str | None) -> list[Known]:
    made = [entry for entry in reader.newest(UpdateProposal.kind) if server in (None, entry.server)]
    said = [*reader.newest(CustomerChoice.kind), *reader.newest(PackagesUpdated.kind)] if made else []
    return [_known(stored, said) for stored in made]


def find(url: str, proposal: str) -> Known:
    """The proposal of this id.

    Raises:
        InfogereError: it is not on record, with the nearest one.
    """
    every = proposals(url)
    for known in every:
        if known.entry.proposal == proposal:
            return known
    names = [known.entry.proposal for known in every]
    guess = hint(proposal, names, "there is none yet: infogere patch propose")
    raise InfogereError(
        f"no proposal {proposal} on record",
        way_out=f"{guess}; what the customer wrote elsewhere goes with --ticket",
        clause="A-L3-27",
    )


def waiting_since(url: str) -> dict[str, datetime]:
    """By server, since when a proposal has had no answer."""
    found: dict[str, datetime] = {}
    for known in proposals(url):
        if known.open:
            found[known.entry.server] = known.since
    return found


def _known(stored: StoredEntry, said: Iterable[StoredEntry]) -> Known:
    entry = stored.typed()
    assert isinstance(entry, UpdateProposal)  # noqa: S101 - of this kind
    since = (one for one in said if one.server == entry.server and one.seq > stored.seq)
    proposed = {change.package: change.candidate for change in entry.changes}
    answered = frozenset(package for one in since for package in _settled_by(one, proposed))
    return Known(stored.seq, entry, stored.at, answered)


def _settled_by(stored: StoredEntry, proposed: Mapping[str, str | None]) -> Iterable[str]:
    if stored.kind == CustomerChoice.kind:
        return tuple(stored.data["packages"])
    if stored.data["outcome"] != "ok":
        return ()
    return tuple(
        change["package"]
        for change in stored.data["changes"]
        if change["package"] in proposed and _reaches(change["candidate"], proposed[change["package"]])
    )


def _reaches(installed: str | None, proposed: str | None) -> bool:
    """Whether nothing is left of what was proposed: this version, or one after it, is installed."""
    if installed == proposed or not installed or not proposed:
        return installed == proposed
    there, wanted = Version.parse(installed), Version.parse(proposed)
    return bool(there and wanted and there.compared_with(wanted) >= 0)


def _services(asked: Asked) -> tuple[str, ...]:
    return tuple(sorted({name for one in (*asked.changes, *asked.together) for name in one.services}))


def _line(change: PlannedChange) -> str:
    return f"{change.package} {change.installed or ABSENT} -> {change.candidate or ABSENT}"

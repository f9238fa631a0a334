"""Taking a claim from step to step; every step is checked under the writer's lock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from infogere.calendar import deadlines
from infogere.calendar.walltime import Moment
from infogere.errors import InfogereError
from infogere.fleet.nearest import hint
from infogere.record.kinds.contract import ContractBasis
from infogere.record.kinds.money import (
    ClaimApplied,
    ClaimCredited,
    ClaimEntry,
    ClaimOpened,
    ClaimRejected,
    ClaimValidated,
    Guarantee,
)
from infogere.record.reading import Reader
from infogere.record.recorder import one_line
from infogere.sla import basis, claims, ledger, numbering, periods, pricing
from infogere.sla.claims import Claim
from infogere.sla.desk import Desk
from infogere.sla.result import BothProfiles, Result
from infogere.terms import Profile

Document = Literal["invoice", "order", "renewal"]
BOTH: tuple[Guarantee, ...] = ("gtd", "gtr")
_PREFIX = "CLM"
_MOST_LINES = 200  # of an entry
_NOTHING = Decimal(0)
Made = TypeVar("Made", bound=ClaimEntry)


@dataclass(frozen=True)
class Asking:
    """What the customer asked for; ``guarantees`` none: whichever was missed."""

    contract: str
    month: str
    ticket: str
    ticket_at: datetime
    guarantees: tuple[Guarantee, ...] = ()


class ClaimDesk:
    """Steps of claims, each in the name of ``author``."""

    def __init__(self, desk: Desk, author: str) -> None:
        self.desk = desk
        self._author = one_line(author)

    def open(self, asking: Asking, profile: Profile) -> tuple[tuple[int, ClaimOpened], BothProfiles]:
        """The customer asked, by ticket. What it will come to is computed, and a missed guarantee put on record.

        Args:
            profile: whose reading says whether the credit note has a time limit (Q25).

        Raises:
            InfogereError: a second claim for the same month and guarantee, or a ticket that cannot be about it.
        """
        contract = self.desk.contract(asking.contract)
        zone = ZoneInfo(contract.timezone)
        _possible(asking, self.desk.now, zone)
        both = pricing.month(self.desk, asking.contract, asking.month)
        pricing.note_breach(self.desk, asking.contract, both)
        guarantees = asking.guarantees or pricing.missed(both) or BOTH
        due = self._credit_note_due(contract, guarantees, profile, asking.ticket_at)

        def make(reader: Reader) -> ClaimOpened:
            known = claims.fold(ledger.entries(reader, asking.contract, claims.KINDS))
            _refuse_second(known, asking.month, guarantees)
            return ClaimOpened(
                **self._common(contract),
                claim=numbering.following(
                    reader, ClaimOpened.kind, "claim", _PREFIX, self.desk.now.astimezone(zone).year
                ),
                month=asking.month,
                guarantees=guarantees,
                ticket=asking.ticket,
                ticket_at=asking.ticket_at,
                credit_note_due=due.isoformat() if due else None,
            )

        return self.desk.append(make), both

    def validate(self, claim: str, profile: Profile) -> tuple[int, ClaimValidated]:
        """What is owed, under the profile in force; the other one's figures are kept beside it.

        Raises:
            InfogereError: the month is not over, an incident is still open, or nothing is owed.
        """
        contract, found = self.find(claim)
        both = pricing.month(self.desk, contract.contract, found.opened.month)
        result = both.of(profile)
        _settled(found, result)
        percent, amount = _own_share(found.opened.guarantees, result)

        def make(known: dict[str, Claim], common: dict[str, Any]) -> ClaimValidated:
            known[claim].require("validated", "open")
            owed = min(amount, result.total.amount - _granted(known, found))
            if owed <= _NOTHING:
                raise InfogereError(
                    f"nothing is owed for {found.opened.month} as the {profile} reads the contract",
                    way_out=f"infogere claim reject {claim} --reason ..., or see `infogere sla show --explain`",
                    clause="A-5.1-2",
                )
            steps = (*(step.text for step in result.steps), f"claimed: {', '.join(found.opened.guarantees)}")
            return ClaimValidated(
                **common,
                profile=profile,
                amount=pricing.amount(owed),
                percent=pricing.percent(percent * owed / amount),
                priced=(pricing.priced(both.customer), pricing.priced(both.provider)),
                arithmetic=tuple(one_line(step) for step in steps)[-_MOST_LINES:],
            )

        return self._step(contract, claim, make)

    def reject(self, claim: str, reason: str) -> tuple[int, ClaimRejected]:
        """Nothing is owed, and why."""
        contract, _ = self.find(claim)

        def make(known: dict[str, Claim], common: dict[str, Any]) -> ClaimRejected:
            known[claim].require("rejected", "open")
            return ClaimRejected(**common, reason=one_line(reason))

        return self._step(contract, claim, make)

    def credit(self, claim: str, credit_note: str, issued: date) -> tuple[int, ClaimCredited]:
        """Accounting issued the credit note, of exactly what was validated (A-5.1-10, A-5.1-11)."""
        contract, found = self.find(claim)
        zone = ZoneInfo(contract.timezone)
        asked = found.opened.ticket_at.astimezone(zone).date()
        if not asked <= issued <= self.desk.now.astimezone(zone).date():
            raise InfogereError(
                f"a credit note of {issued} for a claim of {asked} is not possible today",
                way_out="give the day on which it was issued",
                clause="A-5.1-11",
            )

        def make(known: dict[str, Claim], common: dict[str, Any]) -> ClaimCredited:
            known[claim].require("credited", "validated")
            validated = known[claim].validated
            return ClaimCredited(
                **common,
                credit_note=credit_note,
                issued=issued.isoformat(),
                amount=validated.amount if validated else "",
                late_days=known[claim].days_late(issued),
            )

        return self._step(contract, claim, make)

    def apply(
        self, claim: str, document: Document, reference: str, amount: Decimal | None = None
    ) -> tuple[int, ClaimApplied]:
        """The credit note was used, as a whole unless ``amount`` says otherwise (Q25)."""
        contract, found = self.find(claim)
        _fits(found, document)

        def make(known: dict[str, Claim], common: dict[str, Any]) -> ClaimApplied:
            known[claim].require("applied", "credited")
            left = known[claim].left
            used = left if amount is None else amount
            if not _NOTHING < used <= left:
                raise InfogereError(
                    f"{used} EUR of credit note {_credit_note(known[claim])} cannot be used: {left} EUR are left",
                    way_out="leave --amount out to use all of it",
                    clause="A-5.1-10",
                )
            return ClaimApplied(**common, document=document, reference=reference, amount=pricing.amount(used))

        return self._step(contract, claim, make)

    def find(self, claim: str) -> tuple[ContractBasis, Claim]:
        """A claim and its contract.

        Raises:
            InfogereError: no such claim, with the nearest number.
        """
        names: list[str] = []
        with Reader(self.desk.record_url) as reader:
            for entry in reader.newest(ClaimOpened.kind):
                names.append(str(entry.data["claim"]))
                if names[-1] == claim:
                    reference = ledger.contract_of(entry)
                    known = claims.fold(ledger.entries(reader, reference, claims.KINDS))
                    break
            else:
                raise InfogereError(
                    f"no claim {claim} on record", way_out=hint(claim, names, "there is none yet: infogere claim open")
                )
        if claim not in known:
            raise InfogereError(
                f"{claim} was withdrawn by a correction", way_out=f"infogere record list --contract {reference}"
            )
        return self.desk.contract(reference), known[claim]

    def _credit_note_due(
        self, contract: ContractBasis, guarantees: tuple[Guarantee, ...], profile: Profile, asked: datetime
    ) -> date | None:
        """The time limit is written under the availability guarantee; one credit note for both falls under it (Q25)."""
        readings = basis.rules(contract, profile, self.desk.terms_path).readings
        if guarantees == ("gtr",) and readings.gtr_credit_deadline == "none":
            return None
        moment = Moment.of(asked, ZoneInfo(contract.timezone))
        return deadlines.credit_note_due(moment, self.desk.calendar(contract)).at

    def _step(
        self, contract: ContractBasis, claim: str, make: Callable[[dict[str, Claim], dict[str, Any]], Made]
    ) -> tuple[int, Made]:
        def with_claims(reader: Reader) -> Made:
            known = claims.fold(ledger.entries(reader, contract.contract, claims.KINDS))
            common = {**self._common(contract), "claim": claim, "follows": known[claim].story[-1][0]}
            return make(known, common)

        return self.desk.append(with_claims)

    def _common(self, contract: ContractBasis) -> dict[str, Any]:
        return {
            "terms": contract.terms,
            "contract": contract.contract,
            "at": self.desk.now,
            "author": self._author,
        }


def _possible(asking: Asking, now: datetime, zone: ZoneInfo) -> None:
    if asking.ticket_at > now:
        raise InfogereError(
            f"ticket {asking.ticket} would be opened in the future",
            way_out="give the instant at which the customer opened it",
            clause="A-5.1-7",
        )
    if asking.ticket_at.timestamp() < periods.month(asking.month, zone).start:
        raise InfogereError(
            f"ticket {asking.ticket} is older than the month {asking.month} that it claims for",
            way_out="name the month that the customer means",
            clause="A-5.1-7",
        )


def _refuse_second(known: dict[str, Claim], month: str, guarantees: tuple[Guarantee, ...]) -> None:
    for claim in known.values():
        same = set(claim.opened.guarantees) & set(guarantees)
        if claim.opened.month == month and claim.state != "rejected" and same:
            raise InfogereError(
                f"{month} is claimed already, in {claim.id} ({', '.join(claim.opened.guarantees)}, {claim.state})",
                way_out=claim.next_step,
                clause="A-5.1-7",
            )


def _settled(claim: Claim, result: Result) -> None:
    """Refuse to price what may still grow."""
    if not result.month.complete:
        raise InfogereError(
            f"the month {result.month.name} is not over: what is owed for it may still grow",
            way_out="validate the claim when it has ended",
            clause="A-5.1-2",
        )
    still = [line.incident for line in result.gtr.lines if line.restored is None]
    if "gtr" in claim.opened.guarantees and still:
        raise InfogereError(
            f"incident {still[0]} is not restored: its penalty may still grow",
            way_out=f"infogere incident restore {still[0]}",
            clause="A-5.3-2",
        )


def _own_share(guarantees: tuple[Guarantee, ...], result: Result) -> tuple[Decimal, Decimal]:
    """Percent and amount of what was asked for: both guarantees together have a cap of their own (Q24)."""
    if set(guarantees) == set(BOTH):
        return result.total.percent, result.total.amount
    one = result.gtd if guarantees == ("gtd",) else result.gtr
    return one.percent, one.amount


def _granted(known: dict[str, Claim], claim: Claim) -> Decimal:
    """What other claims of the same month came to: the cap is for all of them together."""
    return sum(
        (
            Decimal(one.validated.amount)
            for one in known.values()
            if one.validated and one.id != claim.id and one.opened.month == claim.opened.month
        ),
        _NOTHING,
    )


def _credit_note(claim: Claim) -> str:
    return claim.credited.credit_note if claim.credited else ""


def _fits(claim: Claim, document: Document) -> None:
    guarantees = set(claim.opened.guarantees)
    if guarantees == {"gtr"} and document != "invoice":
        raise InfogereError(
            "a time-to-restore penalty is deducted from the next invoice of the service",
            way_out=f"infogere claim apply {claim.id} --invoice REFERENCE",
            clause="A-5.2-6",
        )
    if guarantees == {"gtd"} and document == "invoice":
        raise InfogereError(
            "an availability penalty is used on a new order or a renewal",
            way_out=f"infogere claim apply {claim.id} --order|--renewal REFERENCE",
            clause="A-5.1-10",
        )

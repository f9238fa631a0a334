"""Where incidents, claims and support time are written down: the record, and what was sold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from infogere import calendar, settings, terms
from infogere.calendar import Calendar
from infogere.errors import InfogereError
from infogere.fleet.check import find_contract, find_server
from infogere.fleet.models import Server
from infogere.record.database import RecordMissing
from infogere.record.entries import Entry
from infogere.record.kinds.contract import ContractBasis
from infogere.record.reading import Reader, StoredEntry
from infogere.record.store import Store
from infogere.sla import basis, ledger

Made = TypeVar("Made", bound=Entry)


@dataclass(frozen=True)
class Desk:
    """One controller's view of one instant.

    Attributes:
        inventory: sources given by hand; none: Ansible's own.
        now: what "now" is for everything that is written here; aware, UTC.
    """

    record_url: str
    state_dir: Path
    terms_path: str | None
    calendar_version: str | None
    inventory: tuple[str, ...]
    now: datetime

    @classmethod
    def configured(cls, inventory: Collection[str] | None = None, now: datetime | None = None) -> Desk:
        """The desk of this controller's settings."""
        where = settings.load()
        return cls(
            where.record_url,
            where.state_dir,
            where.terms,
            where.calendar,
            tuple(inventory or ()),
            now or datetime.now(UTC),
        )

    def contract_of(self, server: str) -> ContractBasis:
        """The contract of a server of the inventory."""
        found = find_server(server, self.inventory, terms.load(self.terms_path))
        return self.contract(found.order_form.id)

    def contract(self, reference: str) -> ContractBasis:
        """A contract as it stands, put on record first if it was not, or not as it is now (Q3).

        One that left the inventory is still what the record last said of it.

        Raises:
            InfogereError: neither the inventory nor the record knows it.
        """
        try:
            servers = self.servers(reference)
        except InfogereError as unknown:
            known = self.recorded(reference)
            if known is None:
                raise unknown from None
            return known
        return basis.ensure(
            self.record_url,
            self.state_dir,
            servers,
            terms_path=self.terms_path,
            calendar_version=self.calendar_version,
            now=self.now,
        )

    def servers(self, reference: str) -> tuple[Server, ...]:
        """The servers of an order form, from the inventory."""
        return find_contract(reference, self.inventory, terms.load(self.terms_path))

    def recorded(self, reference: str) -> ContractBasis | None:
        """What the record last said of a contract; None: nothing."""
        return basis.latest(self.entries(reference, {ContractBasis.kind}))

    def calendar(self, contract: ContractBasis) -> Calendar:
        """The calendar of a contract: its order form's, or for one that left the inventory the one on record."""
        rules = basis.rules(contract, "customer", self.terms_path)
        try:
            version = self.servers(contract.contract)[0].order_form.calendar or self.calendar_version
        except InfogereError:
            version = contract.calendar_version
        return calendar.load(version, terms=rules.terms, readings=rules.readings)

    def entries(self, reference: str, kinds: Collection[str]) -> tuple[StoredEntry, ...]:
        """Entries of a contract that count; none where there is no record yet."""
        try:
            with Reader(self.record_url) as reader:
                return ledger.entries(reader, reference, kinds)
        except RecordMissing:
            return ()

    def append(self, make: Callable[[Reader], Made]) -> tuple[int, Made]:
        """Write the entry that ``make`` builds from the record while no other controller can write.

        Raises:
            InfogereError: a value that no entry may hold.
        """
        return self.append_then(make, lambda _reader, _seq, _made: ())[0]

    def append_then(
        self, make: Callable[[Reader], Made], then: Callable[[Reader, int, Made], Iterable[Entry]]
    ) -> tuple[tuple[int, Made], list[tuple[int, Entry]]]:
        """``append``, and in the same transaction what follows from the entry; both with their numbers."""
        try:
            with Store(self.record_url, self.state_dir) as store, store.writing(now=self.now) as transaction:
                made = make(transaction.reader)
                seq = transaction.append(made)
                more = [(transaction.append(entry), entry) for entry in then(transaction.reader, seq, made)]
                return (seq, made), more
        except ValidationError as error:
            raise refusal(error) from None


def refusal(error: ValidationError) -> InfogereError:
    """What is wrong with the first value that an entry cannot hold, in one line."""
    fault = error.errors()[0]
    name = ".".join(map(str, fault["loc"])) or "the entry"
    if fault["type"] == "string_pattern_mismatch":
        return InfogereError(
            f"{name}: {fault['input']!r} has a sign that the record does not take here",
            way_out="use letters, digits, spaces and . @ : / + - _",
        )
    return InfogereError(f"{name}: {str(fault['msg']).removeprefix('Value error, ')}", way_out="mend the value")

"""What the guarantees of one contract stand on: order form, figures, readings, calendar.

The entry ``contract-basis`` puts all of it into the customer's own chain, so that an export computes
itself. It is written when a contract first needs it, and again whenever a value has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from infogere import calendar, terms
from infogere.errors import InfogereError
from infogere.fleet.models import OrderForm, Server
from infogere.record.database import RecordMissing
from infogere.record.kinds.contract import Band, ContractBasis, Delivery, Switch
from infogere.record.reading import Reader, StoredEntry
from infogere.record.store import Store
from infogere.sla import coverage, ledger
from infogere.sla.model import Contract, Rules
from infogere.terms import Profile, Readings, Terms

KINDS = frozenset({ContractBasis.kind, Delivery.kind})
_MINUTES = 60  # of an hour


def of(
    servers: Sequence[Server],
    delivered: Iterable[Delivery] = (),
    *,
    terms_path: str | None = None,
    calendar_version: str | None = None,
) -> ContractBasis:
    """The basis of the contract that these servers share.

    Args:
        servers: all servers of one order form, at least one.
        delivered: their deliveries on record; a server without one was commissioned on the order
            form's date, if that has one (Q1).
        calendar_version: where the order form names none.

    Raises:
        InfogereError: the order form was signed under other terms than those of ``terms_path``.
    """
    form = servers[0].order_form
    figures = terms.load(terms_path)
    _same_terms(form.id, form.terms, figures)
    both = [terms.readings(profile, path=terms_path, changes=form.readings) for profile in terms.PROFILES]
    customer, provider = (readings.model_dump(mode="json") for readings in both)
    days = calendar.load(form.calendar or calendar_version, terms=figures, readings=both[0])
    named = servers[0].customer
    return ContractBasis(
        terms=figures.version,
        contract=form.id,
        customer=form.customer,
        customer_name=named.name if named else form.customer,
        servers=tuple(sorted(server.name for server in servers)),
        commissioned=_commissioned(servers, form, delivered, days.zone),
        timezone=days.zone.key,
        monthly_fee=None if form.monthly_fee is None else f"{form.monthly_fee:.2f}",
        currency=form.currency,
        gtr_hours=form.gtr.hours if form.gtr else None,
        gtr_coverage=form.gtr.coverage if form.gtr else None,
        calendar_version=days.stamp,
        closed_days=tuple(sorted(day.isoformat() for day in coverage.closed_days(days))),
        rate=_plain(figures.availability.rate.percent),
        monthly_limit_s=figures.availability.monthly_limit.seconds,
        slice_s=figures.availability.penalty.slice.seconds,
        slice_percent=_plain(figures.availability.penalty.percent),
        gtd_cap_percent=_plain(figures.availability.cap.percent),
        bands=tuple(
            Band(up_to_hours=band.up_to_hours, percent=_plain(band.percent)) for band in figures.restore_time.bands
        ),
        gtr_cap_percent=_plain(figures.restore_time.cap.percent),
        notice_days=figures.planned_works.notice.days,
        readings=tuple(
            Switch(name=name, customer=customer[name], provider=provider[name]) for name in Readings.model_fields
        ),
        level=form.level,
        backup_ordered=form.options.backup,
        time_credit_minutes=int(form.options.time_credit_hours * _MINUTES),
    )


def ensure(
    url: str,
    state_dir: Path,
    servers: Sequence[Server],
    *,
    terms_path: str | None = None,
    calendar_version: str | None = None,
    now: datetime | None = None,
) -> ContractBasis:
    """The basis in force, appended to the record first if there was none or a value has changed.

    Args:
        url, state_dir: of the record.
        servers: all servers of one order form.
    """
    known: ContractBasis | None = None
    delivered: list[Delivery] = []
    try:
        with Reader(url) as reader:
            entries = ledger.entries(reader, servers[0].order_form.id, KINDS)
        known, delivered = latest(entries), deliveries(entries)
    except RecordMissing:
        pass
    wanted = of(servers, delivered, terms_path=terms_path, calendar_version=calendar_version)
    if now is not None:
        wanted = wanted.model_copy(update={"at": now})
    if known is not None and known == wanted.model_copy(update={"at": known.at}):
        return known
    with Store(url, state_dir) as store:
        store.append(wanted, now=now)
    return wanted


def latest(entries: Iterable[StoredEntry], in_force: datetime | None = None) -> ContractBasis | None:
    """The last basis, or the one in force at an instant; before the first, the first. None: there is none."""
    found = [entry for entry in entries if entry.kind == ContractBasis.kind]
    if in_force is not None:
        found = [entry for entry in found if entry.at <= in_force] or found[:1]
    basis = found[-1].typed() if found else None
    return basis if isinstance(basis, ContractBasis) else None


def require(entries: Iterable[StoredEntry], contract: str, in_force: datetime | None = None) -> ContractBasis:
    """``latest``, where nothing can be said without it.

    Raises:
        InfogereError: the record does not say what was sold (Q3).
    """
    found = latest(entries, in_force)
    if found is None:
        raise InfogereError(
            f"the record does not say what contract {contract} is",
            way_out="its delivery or first incident puts it there; see `infogere fleet show`",
            clause="A-5.1-1",
        )
    return found


def deliveries(entries: Iterable[StoredEntry]) -> list[Delivery]:
    """Every delivery, in order."""
    said = [entry.typed() for entry in entries if entry.kind == Delivery.kind]
    return [entry for entry in said if isinstance(entry, Delivery)]


def commissioned(entries: Iterable[StoredEntry]) -> datetime | None:
    """When the service began: a fact, so what is known last counts, whatever order form was in force.

    A delivery that no basis has taken in yet counts too.
    """
    entries = tuple(entries)
    known = latest(entries)
    if known and known.commissioned:
        return known.commissioned
    return min((delivery.commissioned for delivery in deliveries(entries)), default=None)


def contract(basis: ContractBasis, began: datetime | None) -> Contract:
    """The contract as the computation wants it; ``began`` is its commissioning (``commissioned``)."""
    return Contract(
        id=basis.contract,
        commissioned=int(began.timestamp()) if began else None,
        zone=ZoneInfo(basis.timezone),
        monthly_fee=None if basis.monthly_fee is None else Decimal(basis.monthly_fee),
        gtr_hours=basis.gtr_hours,
        coverage=basis.gtr_coverage,
        closed_days=frozenset(date.fromisoformat(day) for day in basis.closed_days),
    )


def rules(basis: ContractBasis, profile: Profile, terms_path: str | None = None) -> Rules:
    """How the contract is computed under one profile, with the switches that its order form settles."""
    figures = terms.load(terms_path)
    _same_terms(basis.contract, basis.terms, figures)
    switches = {switch.name: getattr(switch, profile) for switch in basis.readings}
    return Rules(figures, Readings.model_validate(switches), profile)


def _same_terms(reference: str, signed: str | None, figures: Terms) -> None:
    if signed not in (None, figures.version):
        raise InfogereError(
            f"contract {reference} was signed under {signed}, but {figures.version} is loaded",
            way_out="load the terms that were signed",
            clause="A-1-1",
        )


def _commissioned(
    servers: Sequence[Server], form: OrderForm, delivered: Iterable[Delivery], zone: ZoneInfo
) -> datetime | None:
    notes: dict[str, datetime] = {}
    for delivery in delivered:
        notes.setdefault(delivery.server, delivery.commissioned)
    written = form.commissioned_at(zone)
    instants = [notes.get(server.name, written) for server in servers]
    # A server that left the inventory since was delivered all the same.
    instants += [notes[name] for name in notes.keys() - {server.name for server in servers}]
    return min((instant for instant in instants if instant), default=None)


def _plain(value: Decimal | int) -> str:
    return f"{Decimal(value).normalize():f}"

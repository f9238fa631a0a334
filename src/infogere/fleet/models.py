"""Customers, order forms and servers, as the rest of the program sees them.

Pydantic stands at the border: an inventory is written by people, and a mistyped key or a
missing contact is found here, not in the middle of a run. What the terms leave to the order
form (GTR hours, fee, commissioning date) has no default: ``None`` means that nobody said it,
and whoever needs it asks through ``OrderForm.require_*`` and gets a sentence, not a guess (Q3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from infogere.terms.levels import LevelName
from infogere.terms.slot import MaintenanceSlot

DOMAIN = re.compile(r"^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$")
MAIL = re.compile(r"^[^@\s<>\"']+@[^@\s<>\"']+\.[^@\s<>\"']+$")
PHONE = re.compile(r"^\+?[0-9][0-9 ().-]{4,24}$")
IDENTIFIER = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")


def _matches(pattern: re.Pattern[str], what: str) -> AfterValidator:
    def check(value: str) -> str:
        if not pattern.match(value):
            raise ValueError(f"{value!r} is not {what}")
        return value

    return AfterValidator(check)


def _lower(value: Any) -> Any:
    return value.strip().rstrip(".").lower() if isinstance(value, str) else value


def _figures_as_written(value: Any) -> Any:
    # YAML reads 120.50 and 8.2 as floats; their shortest repr is what the file says.
    return str(value) if isinstance(value, float | int) and not isinstance(value, bool) else value


def _day_or_instant(value: Any) -> Any:
    # ISO text of ten characters is a day; left to itself the union would read it as midnight.
    if isinstance(value, str) and len(value) == len("2026-01-31"):
        return date.fromisoformat(value)
    return value


def _money(value: Decimal) -> Decimal:
    if not value.is_finite() or not 0 <= value < 10**9:
        raise ValueError(f"{value} is not an amount")
    if value != value.quantize(Decimal("0.01")):
        raise ValueError(f"{value} has more than two decimals")
    return value.quantize(Decimal("0.01"))


def _name(value: str) -> str:
    # An inventory's values are templates to Ansible, and names of customers come from order forms.
    if any(mark in value for mark in ("{{", "{%", "{#")) or not value.isprintable():
        raise ValueError(f"{value!r} holds what is no part of a name")
    return value


Name = Annotated[str, Field(min_length=1), AfterValidator(_name)]
Identifier = Annotated[str, _matches(IDENTIFIER, "an identifier: letters, digits, dot, dash, underscore")]
Domain = Annotated[str, BeforeValidator(_lower), _matches(DOMAIN, "a domain name")]
Mail = Annotated[str, _matches(MAIL, "a mail address")]
Phone = Annotated[str, BeforeValidator(_figures_as_written), _matches(PHONE, "a telephone number")]
Money = Annotated[Decimal, BeforeValidator(_figures_as_written), AfterValidator(_money)]
Version = Annotated[str, BeforeValidator(_figures_as_written), Field(pattern=r"^\d+\.\d+$")]


class Form(BaseModel):
    """Frozen, and no key that nobody reads. Built when first used: a command pays for what it reads."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Contact(Form):
    """A person of the customer; level 2 needs all of name, phone and mail (A-L2-4)."""

    name: Name
    phone: Phone | None = None
    mail: Mail | None = None
    role: str = ""

    @property
    def reachable(self) -> bool:
        return self.phone is not None and self.mail is not None


class ThirdParty(Form):
    """Somebody whom the customer named: may get information, and causes are attributed to it (A-2-9)."""

    name: Name
    mail: Mail | None = None
    phone: Phone | None = None
    may_open_tickets: bool = False


class Gtr(Form):
    """The time-to-restore guarantee that was bought (A-5.2-3).

    Attributes:
        hours: guaranteed hours; not in the terms, so there is no default.
        coverage: ``24x7``, or like ``Mon-Fri 09:00-18:00`` in the provider's calendar (Q22).
    """

    hours: Annotated[int, Field(gt=0, le=720)]
    coverage: Annotated[
        str,
        Field(
            pattern=r"^(24x7|(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(-(Mon|Tue|Wed|Thu|Fri|Sat|Sun))? "
            r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00))$"
        ),
    ] = "24x7"


class Options(Form):
    """What was ordered beside the level; all off unless written down (A-4.5-1, A-L2-5)."""

    backup: bool = False
    restore: bool = False
    antispam: bool = False
    engineer_fix: bool = False
    time_credit_hours: Annotated[Decimal, BeforeValidator(_figures_as_written), Field(ge=0, le=744)] = Decimal(0)


class OrderForm(Form):
    """What one customer bought: one order form is one contract.

    Attributes:
        id: reference of the order form; the record keeps one chain per id.
        customer: id of the customer, as in the ``customer`` mapping and the group ``customer_<id>``.
        level: service level of article 4.1.1.
        terms: version of the terms that were signed (A-1-1).
        commissioning_date: when the delivery note was sent (A-3.1.1-4); a date counts from its
            first second in the contract's zone; None: not delivered yet, or known from the record.
        monthly_fee: monthly amount excluding VAT; penalties are shares of it (A-5.1-8, A-5.2-4).
        gtr: None when no time to restore was sold: GTR penalties are then refused, never guessed.
        hosted_here: False for a server in somebody else's rack: no backup at all (A-4.5-6).
        private_cloud: True: resources only, never administered by the provider (A-3.2.1-1).
        bandwidth_mbps: ordered bandwidth of a private cloud, the floor of a reduction (A-3.2.4-2).
        sites: domains served; a domain belongs to one customer.
        php_versions: PHP series in use, e.g. ``8.2``.
        calendar: version of the provider's calendar that applies (A-2-5); None: the default one.
        maintenance_slot: a slot of its own instead of the default window (A-L3-13, A-L3-26).
        readings: switches of unclear articles that this order form settles otherwise.
    """

    id: Identifier
    customer: Identifier
    level: LevelName
    terms: str | None = None
    commissioning_date: Annotated[datetime | date | None, BeforeValidator(_day_or_instant)] = None
    monthly_fee: Money | None = None
    currency: Literal["EUR"] = "EUR"
    gtr: Gtr | None = None
    options: Options = Options()
    hosted_here: bool = True
    private_cloud: bool = False
    bandwidth_mbps: Annotated[int, Field(gt=0)] | None = None
    contacts: tuple[Contact, ...] = ()
    authorised_third_parties: tuple[ThirdParty, ...] = ()
    sites: tuple[Domain, ...] = ()
    php_versions: tuple[Version, ...] = ()
    calendar: str | None = None
    maintenance_slot: MaintenanceSlot | None = None
    readings: Mapping[str, str | int] = Field(default_factory=dict)

    def commissioned_at(self, zone: ZoneInfo) -> datetime | None:
        """The commissioning instant, aware; a bare date or clock time is in ``zone``."""
        value = self.commissioning_date
        if value is None:
            return None
        moment = value if isinstance(value, datetime) else datetime.combine(value, time.min)
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)


class Customer(Form):
    """Who pays. The mapping ``customer`` usually lives in ``group_vars/customer_<id>.yml``.

    Attributes:
        language: of what is sent to them; the terms are in French.
    """

    id: Identifier
    name: Name
    contacts: tuple[Contact, ...] = ()
    authorised_third_parties: tuple[ThirdParty, ...] = ()
    legal_identity: str = ""
    language: Literal["fr", "en"] = "fr"


@dataclass(frozen=True)
class Server:
    """One managed host with the order form that covers it."""

    name: str
    order_form: OrderForm
    groups: tuple[str, ...] = ()
    customer: Customer | None = None

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """Those of the order form first, then the customer's own."""
        return self.order_form.contacts + (self.customer.contacts if self.customer else ())

    @property
    def third_parties(self) -> tuple[ThirdParty, ...]:
        """Whom the customer has named (A-2-9), in the order form or for all of them."""
        own = self.order_form.authorised_third_parties
        return own + (self.customer.authorised_third_parties if self.customer else ())


@dataclass(frozen=True)
class Fleet:
    """All servers of an inventory, by name."""

    servers: Mapping[str, Server]
    sources: tuple[str, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Server]:
        return iter(self.servers.values())

    def __len__(self) -> int:
        return len(self.servers)

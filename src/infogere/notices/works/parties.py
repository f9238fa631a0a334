"""Whom works concern: one party for each contract, with its servers and contacts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from infogere.calendar import Calendar
from infogere.errors import InfogereError
from infogere.fleet.models import OrderForm, Server
from infogere.notices.message import Mailbox, recipients


@dataclass(frozen=True)
class Party:
    """One contract that works touch.

    Attributes:
        customer: name of who pays.
        calendar: the provider's, with the readings of this order form.
    """

    contract: str
    customer: str
    language: str
    servers: tuple[str, ...]
    recipients: tuple[Mailbox, ...]
    calendar: Calendar


def parties(servers: Iterable[Server], calendar_of: Callable[[OrderForm], Calendar]) -> tuple[Party, ...]:
    """The contracts of these servers, in the order of their ids.

    Raises:
        InfogereError: a contract without any contact that has a mail address (A-5.5-1).
    """
    by_contract: dict[str, list[Server]] = {}
    for server in servers:
        by_contract.setdefault(server.order_form.id, []).append(server)
    return tuple(_party(by_contract[contract], calendar_of) for contract in sorted(by_contract))


def _party(servers: list[Server], calendar_of: Callable[[OrderForm], Calendar]) -> Party:
    first = servers[0]
    form, customer = first.order_form, first.customer
    found = recipients(tuple(contact for server in servers for contact in server.contacts))
    if not found:
        raise InfogereError(
            f"contract {form.id} has no contact with a mail address, so works on {first.name} cannot be announced",
            way_out="add one to order_form.contacts or customer.contacts in the inventory",
            clause="A-5.5-1",
        )
    return Party(
        contract=form.id,
        customer=customer.name if customer else form.customer,
        language=customer.language if customer else "fr",
        servers=tuple(sorted({server.name for server in servers})),
        recipients=found,
        calendar=calendar_of(form),
    )

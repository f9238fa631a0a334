"""What a fleet must satisfy before anybody touches a host: one small rule per clause.

A rule of one server is a generator of ``Fault``; a rule of the whole fleet sees all servers.
Both know nothing of files: ``check`` puts the place of each key to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from infogere.errors import InfogereError
from infogere.fleet import nearest
from infogere.fleet.models import Server
from infogere.fleet.resolved import KeyPath
from infogere.terms import LEVELS, Terms
from infogere.terms.loading import readings

LEVEL_GROUP = "level_"
CUSTOMER_GROUP = "customer_"
# Groups whose roles configure software inside the server.
CONFIGURED = ("plesk", "custom")


@dataclass(frozen=True)
class Fault:
    """A rule's finding, before it is known which file holds the key."""

    server: str
    path: KeyPath
    message: str
    clause: str
    way_out: str


ServerRule = Callable[[Server, Terms], Iterator[Fault]]
FleetRule = Callable[[Iterable[Server]], Iterator[Fault]]


def level_group(server: Server, terms: Terms) -> Iterator[Fault]:
    """A-4.1.4-1: the group that playbooks address is the level that was bought."""
    level = server.order_form.level
    groups = [name for name in server.groups if name.startswith(LEVEL_GROUP)]
    clause = terms.levels[level].clause
    path: KeyPath = ("order_form", "level")
    for name in groups:
        if name.removeprefix(LEVEL_GROUP) not in LEVELS:
            guess = nearest.hint(name, (LEVEL_GROUP + known for known in LEVELS))
            yield Fault(server.name, path, f"group {name} is no level", clause, guess)
        elif name != LEVEL_GROUP + level and not server.order_form.private_cloud:
            way_out = f"move the host to {LEVEL_GROUP}{level}, or correct the order form"
            yield Fault(server.name, path, f"level {level} was bought, but the host is in {name}", clause, way_out)
    if not groups:
        way_out = f"put the host into the group {LEVEL_GROUP}{level}"
        yield Fault(server.name, path, f"level {level} was bought, but the host is in no level group", clause, way_out)


def private_cloud(server: Server, _: Terms) -> Iterator[Fault]:
    """A-3.2.1-1: nobody but its customer configures a private cloud."""
    if not server.order_form.private_cloud:
        return
    for level in CONFIGURED:
        if server.order_form.level == level:
            yield Fault(
                server.name,
                ("order_form", "private_cloud"),
                f"a private cloud has no level {level}: it is never administered by the provider",
                "A-3.2.1-1",
                "sell level basic or supervision with it",
            )
        elif LEVEL_GROUP + level in server.groups:
            yield Fault(
                server.name,
                ("order_form", "private_cloud"),
                f"a private cloud is in {LEVEL_GROUP}{level}, whose roles would configure it",
                "A-3.2.1-1",
                f"take the host out of {LEVEL_GROUP}{level}",
            )


def supervision_contact(server: Server, _: Terms) -> Iterator[Fault]:
    """A-L2-4: incidents are told only to somebody with name, phone and mail on file."""
    if server.order_form.level == "supervision" and not any(person.reachable for person in server.contacts):
        yield Fault(
            server.name,
            ("order_form", "contacts"),
            "level supervision needs a contact with name, phone and mail",
            "A-L2-4",
            "add one before the level is activated",
        )


def antispam(server: Server, terms: Terms) -> Iterator[Fault]:
    """A-4.4-8: the filter belongs to a mail service that the provider runs."""
    panel = terms.levels[server.order_form.level].duties["mail-panel-access"]
    if server.order_form.options.antispam and panel.status not in ("owed", "if-ordered"):
        yield Fault(
            server.name,
            ("order_form", "options", "antispam"),
            f"level {server.order_form.level} has no mail service of the provider to filter",
            panel.clause,
            "remove the option, or sell level plesk or custom",
        )


def engineer(server: Server, terms: Terms) -> Iterator[Fault]:
    """A-L2-5: an engineer's diagnosis is an option of level 2, and it spends time credit."""
    options = server.order_form.options
    duty = terms.levels[server.order_form.level].duties["engineer-diagnosis"]
    if not options.engineer_fix:
        return
    if duty.status != "if-ordered":
        why = "is included in" if duty.status == "owed" else "is not offered at"
        yield Fault(
            server.name,
            ("order_form", "options", "engineer_fix"),
            f"an engineer's diagnosis {why} level {server.order_form.level}",
            duty.clause,
            "remove the option",
        )
    elif not options.time_credit_hours:
        yield Fault(
            server.name,
            ("order_form", "options", "engineer_fix"),
            "the option works only with a time credit",
            duty.clause,
            "set options.time_credit_hours as ordered, or remove the option",
        )


def backups(server: Server, terms: Terms) -> Iterator[Fault]:
    """A-4.5-6: hosting elsewhere gets no backup at all. A-4.5-7: no restore without backups."""
    form = server.order_form
    if form.options.backup and not form.hosted_here:
        yield Fault(
            server.name,
            ("order_form", "options", "backup"),
            "a server that is hosted elsewhere gets no backup at all",
            terms.backups.hosted_here_only.clause,
            "remove the option",
        )
    if form.options.restore and not form.options.backup:
        yield Fault(
            server.name,
            ("order_form", "options", "restore"),
            "there is nothing to restore without the backup option",
            terms.backups.restore.clause,
            "order backup too, or remove restore",
        )


def terms_version(server: Server, terms: Terms) -> Iterator[Fault]:
    """A-1-1: a contract is judged by the terms that were signed."""
    signed = server.order_form.terms
    if signed is not None and signed != terms.version:
        yield Fault(
            server.name,
            ("order_form", "terms"),
            f"signed under {signed}, but {terms.version} is loaded",
            "A-1-1",
            "load the terms that were signed",
        )


def readings_known(server: Server, _: Terms) -> Iterator[Fault]:
    """A-5.1-1: a reading that the order form settles is one that exists."""
    if not server.order_form.readings:
        return
    known = readings()
    for name, value in server.order_form.readings.items():
        path: KeyPath = ("order_form", "readings", name)
        if name not in type(known).model_fields:
            guess = nearest.hint(name, type(known).model_fields)
            yield Fault(server.name, path, "no such reading", "A-5.1-1", guess)
            continue
        try:
            readings(changes={name: value})
        except (ValueError, InfogereError):
            yield Fault(
                server.name,
                path,
                f"{value!r} is no choice of this reading",
                "A-5.1-1",
                "see the readings file for its choices",
            )


def customer_group(customer: str) -> str:
    """The Ansible group of a customer's servers; group names have no dash and no dot."""
    return CUSTOMER_GROUP + customer.replace("-", "_").replace(".", "_")


def customer_named(server: Server, _: Terms) -> Iterator[Fault]:
    """A-3.1.3-8: one customer, one identity, in the order form, the group and the customer's own data."""
    bought = server.order_form.customer
    if server.customer and server.customer.id != bought:
        yield Fault(
            server.name,
            ("order_form", "customer"),
            f"the order form is {bought}'s, but the host inherits the customer {server.customer.id}",
            "A-3.1.3-8",
            "correct one of the two",
        )
    expected = customer_group(bought)
    for name in server.groups:
        if name.startswith(CUSTOMER_GROUP) and name != expected:
            yield Fault(
                server.name,
                ("order_form", "customer"),
                f"the order form is {bought}'s, but the host is in {name}",
                "A-3.1.3-8",
                f"move the host to {expected}, or correct the order form",
            )


def one_customer_per_domain(servers: Iterable[Server]) -> Iterator[Fault]:
    """A-3.1.3-8: a domain has one host in the legal sense, so it belongs to one customer."""
    owners: dict[str, Server] = {}
    for server in servers:
        for index, domain in enumerate(server.order_form.sites):
            owner = owners.setdefault(domain, server)
            if owner.order_form.customer != server.order_form.customer:
                yield Fault(
                    server.name,
                    ("order_form", "sites", index),
                    f"{domain} is already a site of {owner.order_form.customer} on {owner.name}",
                    "A-3.1.3-8",
                    "a domain belongs to one customer: remove it from one of the two",
                )


def one_content_per_order_form(servers: Iterable[Server]) -> Iterator[Fault]:
    """A-5.1-1: one order form is one contract; two texts under one reference prove nothing."""
    by_id: dict[str, list[Server]] = defaultdict(list)
    for server in servers:
        by_id[server.order_form.id].append(server)
    for reference, holders in by_id.items():
        first = holders[0]
        for other in holders[1:]:
            if other.order_form != first.order_form:
                keys = [
                    name
                    for name in type(first.order_form).model_fields
                    if getattr(other.order_form, name) != getattr(first.order_form, name)
                ]
                yield Fault(
                    other.name,
                    ("order_form", "id"),
                    f"{reference} differs from {first.name}'s in {', '.join(keys)}",
                    "A-5.1-1",
                    "give each order form its own reference, or one text in the customer's group",
                )


SERVER_RULES: tuple[ServerRule, ...] = (
    level_group,
    private_cloud,
    supervision_contact,
    antispam,
    engineer,
    backups,
    terms_version,
    readings_known,
    customer_named,
)
FLEET_RULES: tuple[FleetRule, ...] = (one_customer_per_domain, one_content_per_order_form)

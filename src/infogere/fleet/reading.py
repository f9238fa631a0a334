"""From plain variables to typed servers; every fault becomes a finding, none stops the reading."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from infogere.fleet import nearest
from infogere.fleet.finding import Finding, at
from infogere.fleet.models import Contact, Customer, Gtr, Options, OrderForm, Server, ThirdParty
from infogere.fleet.resolved import KeyPath, ResolvedHost
from infogere.terms import MaintenanceSlot

Model = TypeVar("Model", bound=BaseModel)

# The clause behind each key: who misspells it learns what it is for.
CLAUSES: dict[str, str] = {
    "order_form": "A-5.1-1",
    "id": "A-5.1-1",
    "customer": "A-3.1.3-8",
    "level": "A-4.1.4-1",
    "terms": "A-1-1",
    "commissioning_date": "A-3.1.1-4",
    "monthly_fee": "A-5.1-8",
    "currency": "A-5.1-8",
    "gtr": "A-5.2-3",
    "options": "A-4.5-1",
    "backup": "A-4.5-1",
    "restore": "A-4.5-7",
    "antispam": "A-4.4-8",
    "engineer_fix": "A-L2-5",
    "time_credit_hours": "A-4.1.4-2",
    "hosted_here": "A-4.5-6",
    "private_cloud": "A-3.2.1-1",
    "bandwidth_mbps": "A-3.2.4-2",
    "contacts": "A-L2-4",
    "authorised_third_parties": "A-2-9",
    "sites": "A-3.1.3-8",
    "php_versions": "A-L3-4",
    "calendar": "A-2-5",
    "maintenance_slot": "A-L3-13",
    "readings": "A-5.1-1",
}
# Which keys are known below which: a guess should offer the neighbours of the misspelt key.
_INSIDE: dict[str, type[BaseModel]] = {
    "order_form": OrderForm,
    "customer": Customer,
    "options": Options,
    "gtr": Gtr,
    "maintenance_slot": MaintenanceSlot,
    "contacts": Contact,
    "authorised_third_parties": ThirdParty,
}


class FormReader:
    """Reads hosts one after the other; equal order forms are validated once and shared."""

    def __init__(self) -> None:
        self._forms: dict[str, OrderForm] = {}
        self._customers: dict[str, Customer] = {}

    def server(self, host: ResolvedHost) -> tuple[Server | None, list[Finding]]:
        """The server and what is wrong with its keys.

        With findings the server is what the sound keys say, so that the rules can speak of them in the
        same breath; None when even that is no order form.
        """
        if "order_form" not in host.variables:
            return None, [_no_order_form(host)]
        findings: list[Finding] = []
        form = _validated(OrderForm, host, "order_form", self._forms, findings)
        customer = None
        if "customer" in host.variables:
            customer = _validated(Customer, host, "customer", self._customers, findings)
        return (Server(host.name, form, host.groups, customer) if form else None), findings


def _no_order_form(host: ResolvedHost) -> Finding:
    way_out = "give the host, or its customer's group, an order_form"
    guess = nearest.hint("order_form", (name for name in host.names if not name.startswith("ansible_")))
    if guess.startswith("did you mean"):
        written = guess.removeprefix("did you mean ").rstrip("?")
        way_out += f" ({written} is no variable of a fleet)"
    return at(host, ("order_form",), "no order form: nobody said what was bought", "A-5.1-1", way_out)


def _validated(
    model: type[Model], host: ResolvedHost, name: str, known: dict[str, Model], findings: list[Finding]
) -> Model | None:
    plain = host.variables[name]
    key = repr(plain)
    if key in known:
        return known[key]
    try:
        known[key] = model.model_validate(plain)
    except ValidationError as error:
        paths = [_written((name, *item["loc"]), plain) for item in error.errors()]
        findings.extend(_finding(host, path, item) for path, item in zip(paths, error.errors(), strict=True))
        return _of_sound_keys(model, plain, [path[1:] for path in paths])
    return known[key]


def _of_sound_keys(model: type[Model], plain: Any, faulty: list[KeyPath]) -> Model | None:
    """The model without the keys at fault; None when one of them cannot be missing."""
    sound = copy.deepcopy(plain)
    # Backwards, so that removing one list item does not shift another that is at fault too.
    for path in sorted(set(faulty), key=lambda steps: [str(step).zfill(9) for step in steps], reverse=True):
        holder = sound
        try:
            for step in path[:-1]:
                holder = holder[step]
            del holder[path[-1]]
        except (LookupError, TypeError):
            return None
    try:
        return model.model_validate(sound)
    except ValidationError:
        return None


def _finding(host: ResolvedHost, path: KeyPath, item: Any) -> Finding:
    names = [step for step in path if isinstance(step, str)]
    clause = next((CLAUSES[name] for name in reversed(names) if name in CLAUSES), CLAUSES["order_form"])
    kind = item["type"]
    if kind == "extra_forbidden":
        siblings = _INSIDE[next((name for name in reversed(names[:-1]) if name in _INSIDE), names[0])]
        return at(host, path, "unknown key", clause, nearest.hint(names[-1], siblings.model_fields))
    if kind == "missing":
        return at(host, path, "is missing", clause, "write it as it stands in the signed order form")
    if kind == "literal_error":
        choices = str(item["ctx"]["expected"]).replace("'", "")
        guess = nearest.hint(str(item["input"]), choices.replace(" or ", ", ").split(", "))
        return at(host, path, f"{_shown(item['input'])} is not one of {choices}", clause, guess)
    message = str(item["msg"]).removeprefix("Value error, ").rstrip(".")
    if not str(item["msg"]).startswith("Value error"):
        message = f"{_shown(item['input'])}: {message[:1].lower()}{message[1:]}"
    return at(host, path, message, clause, "mend the value")


def _written(path: KeyPath, plain: Any) -> KeyPath:
    """``path`` without the steps that only the validator knows (the branch of a union)."""
    kept: list[str | int] = [path[0]]
    value = plain
    for step in path[1:]:
        if isinstance(value, Mapping):
            kept.append(step)
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            kept.append(step)
            value = value[step]
        else:
            break
    return tuple(kept)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def read(hosts: Iterable[ResolvedHost]) -> tuple[dict[str, Server], list[Finding]]:
    """All servers that could be read, if only in part, and every fault of their keys."""
    reader = FormReader()
    servers: dict[str, Server] = {}
    findings: list[Finding] = []
    for host in hosts:
        server, faults = reader.server(host)
        findings += faults
        if server:
            servers[host.name] = server
    return servers, findings

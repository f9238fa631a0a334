"""``infogere fleet init``: a new controller's folder, with its first server."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pydantic import BaseModel

CONVERGE = "infogere.hosting.site"

# The option behind each value that can be wrong.
OPTIONS = {
    "Customer.id": "--customer",
    "Customer.name": "--name",
    "Customer.contacts.0.name": "--contact",
    "Customer.contacts.0.mail": "--mail",
    "Customer.contacts.0.phone": "--phone",
    "OrderForm.id": "--order-form",
    "OrderForm.level": "--level",
    "OrderForm.monthly_fee": "--fee",
}


def init_fleet(
    folder: Annotated[Path, typer.Argument(help="Folder to make; files that are there are never overwritten.")],
    *,
    server: Annotated[str, typer.Option("--server", "-s", help="Full host name, e.g. web1.example.com.")],
    level: Annotated[str, typer.Option("--level", help="What was bought: basic, supervision, plesk or custom.")],
    customer: Annotated[str, typer.Option("--customer", help="Short id of who pays, e.g. acme.")],
    order_form: Annotated[str, typer.Option("--order-form", help="Reference of the order form, e.g. BC-2026-017.")],
    fee: Annotated[str, typer.Option("--fee", help="Monthly fee excluding VAT, e.g. 120.00.")],
    contact: Annotated[str, typer.Option("--contact", help="Person of the customer.")],
    mail: Annotated[str | None, typer.Option("--mail", help="The person's address; notices go there.")] = None,
    phone: Annotated[str | None, typer.Option("--phone", help="The person's telephone number.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="The customer's full name. Default: its id.")] = None,
) -> None:
    """Begin a fleet: ansible.cfg, inventory and order form of a first server, in a folder of their own.

    What the contract leaves to the order form has no default, so it is asked for; what is optional stands in the files
    as a comment.

    Examples:

        infogere fleet init my-fleet --server web1.example.com --level custom \\
            --customer acme --order-form BC-2026-017 --fee 120.00 \\
            --contact "Ada Lovelace" --mail ada@example.com \\
            --phone "+33 1 00 00 00 00"
    """
    from infogere import settings, terms
    from infogere.fleet import starting
    from infogere.fleet.check import check
    from infogere.fleet.models import Customer, OrderForm

    signed = terms.load(settings.load().terms)
    person = {key: value for key, value in (("name", contact), ("mail", mail), ("phone", phone)) if value}
    payer = _model(Customer, {"id": customer, "name": name or customer, "contacts": [person]})
    form = _model(OrderForm, {"id": order_form, "customer": customer, "level": level, "monthly_fee": fee})
    written = starting.write(folder, starting.files(server, payer, form, signed.version))
    for path in written:
        typer.echo(f"wrote {path}")
    findings = check((str(folder / "inventory"),), signed).findings
    for finding in findings:
        typer.echo(str(finding), err=True)
    if findings:
        raise typer.Exit(1)
    typer.echo(f"\nNext:\n  cd {shlex.quote(str(folder))}\n  infogere fleet show {server}")
    if level == "custom":
        typer.echo(f"  ansible-playbook {CONVERGE} --check --diff")


def _model(model: type[BaseModel], values: dict[str, Any]) -> Any:
    """``model`` of ``values``; the first fault as one line that names its option."""
    from pydantic import ValidationError

    from infogere.errors import InfogereError

    try:
        return model.model_validate(values)
    except ValidationError as error:
        fault = error.errors()[0]
        option = OPTIONS[".".join(map(str, (model.__name__, *fault["loc"])))]
        message = fault["msg"].removeprefix("Value error, ")
        raise InfogereError(f"{option}: {message}", way_out="infogere fleet init --help") from error

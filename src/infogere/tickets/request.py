"""One request for one ticket object, typed at the border: whatever wrote it, a stranger's words end here.

The models know shapes; which characters a name may hold is said by the modules that use it, once, in
``plugins/module_utils/_names.py``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError

from infogere.errors import InfogereError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

HOST_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
TEMPLATE = re.compile(r"\{\{|\{%|\{#")
LINE = r"^[^\x00-\x1f\x7f]*$"
MAILBOX_KINDS = {"mailbox", "mail", "mail_account", "email"}


class _Request(BaseModel):
    """What every request says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    server: str
    name: str = Field(min_length=1)
    state: Literal["present", "absent"] = "present"
    operation_id: str = ""
    reason: Literal["hand", "timer", "ticket"] = "hand"
    reference: str = Field(default="", max_length=200, pattern=LINE)


class VhostRequest(_Request):
    """A web site."""

    kind: Literal["vhost"]
    aliases: list[str] = []
    php_version: str = ""
    certificate: Literal["issued", "existing"] = "issued"
    hsts: bool = False
    force_https: bool = True
    max_upload_mb: int = Field(default=64, ge=1, le=4096)


class DatabaseRequest(_Request):
    """A database."""

    kind: Literal["database"]
    site: str = ""


class DatabaseUserRequest(_Request):
    """An account for databases of one site."""

    kind: Literal["database_user"]
    databases: list[str] = []
    privileges: Literal["owner", "read"] = "owner"
    password: SecretStr = SecretStr("")


class FtpAccountRequest(_Request):
    """An FTP account of a site."""

    kind: Literal["ftp_account"]
    site: str
    folder: Literal["home", "htdocs"] = "home"
    password: SecretStr = SecretStr("")


Request = VhostRequest | DatabaseRequest | DatabaseUserRequest | FtpAccountRequest
_KEYS: dict[str, list[str]] = {
    "vhost": [*VhostRequest.model_fields],
    "database": [*DatabaseRequest.model_fields],
    "database_user": [*DatabaseUserRequest.model_fields],
    "ftp_account": [*FtpAccountRequest.model_fields],
}
_ADAPTER: TypeAdapter[Request] = TypeAdapter(Annotated[Request, Field(discriminator="kind")])


def parse(raw: Any) -> Request:
    """The typed request in ``raw`` (a mapping, as JSON or YAML gives it).

    Raises:
        InfogereError: the first fault, with the key it is in; never the value of a password.
    """
    if not isinstance(raw, dict):
        raise InfogereError(
            "the request is not a mapping", way_out='give -e \'{"request": {"kind": "database", ...}}\''
        )
    _refuse_templates(raw, "request")
    if str(raw.get("kind", "")).lower() in MAILBOX_KINDS:
        raise InfogereError(
            "a mailbox is never created for a customer",
            way_out="the customer creates its mailboxes in its mail panel",
            clause="A-4.4-2",
        )
    try:
        return _ADAPTER.validate_python(raw)
    except ValidationError as error:
        raise _refusal(raw, error.errors(include_input=False, include_url=False)[0]) from None


def _refusal(raw: dict[str, Any], fault: ErrorDetails) -> InfogereError:
    """One fault in words of ours where the validator's would not tell a user what to write."""
    if fault["type"] in {"union_tag_invalid", "union_tag_not_found"}:
        return InfogereError("request.kind is none of the known ones", way_out=f"choose one of {', '.join(_KEYS)}")
    kind = str(raw["kind"])
    key = ".".join(["request", *(str(part) for part in fault["loc"] if part != kind)])
    keys = f"its keys: {', '.join(_KEYS[kind])}"
    match fault["type"]:
        case "missing":
            return InfogereError(f"{key} is missing: every {kind} needs one", way_out=keys)
        case "extra_forbidden":
            return InfogereError(f"{key}: a {kind} has no such key", way_out=keys)
    return InfogereError(f"{key}: {fault['msg']}", way_out=f"what it means: ansible-doc infogere.hosting.{kind}")


def check_server(server: str, hosts: list[str], groups: list[str]) -> None:
    """Refuse a ``server`` that is not exactly one host of the inventory: Ansible would read it as a pattern."""
    if not HOST_NAME.fullmatch(server) or server not in hosts or server in groups:
        raise InfogereError(
            f"request.server: {server!r} is no server of the inventory", way_out="infogere fleet show lists them"
        )


def _refuse_templates(value: Any, where: str) -> None:
    """Ansible would evaluate them on the controller, wherever they come from."""
    if isinstance(value, str):
        if TEMPLATE.search(value):
            raise InfogereError(f"{where} contains a template", way_out="write it without {{, {% and {#")
    elif isinstance(value, dict):
        for key, member in value.items():
            _refuse_templates(key, f"a key of {where}")
            _refuse_templates(member, f"{where}.{key}")
    elif isinstance(value, list):
        for number, member in enumerate(value):
            _refuse_templates(member, f"{where}[{number}]")

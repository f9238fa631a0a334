"""Names that come from tickets and inventories: checked strictly, on the controller and again on the server.

What passes here is safe in a path, in SQL, in a configuration file and in a shell, whoever wrote the ticket.
"""

from __future__ import annotations

import hashlib
import re

from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError

DOMAIN_LIMIT = 253  # RFC 1035, characters in all
LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
OBJECT_NAME = re.compile(r"[a-z][a-z0-9_]*")
PHP_VERSION = re.compile(r"[5-9]\.[0-9]")
OPERATION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")
# Python's codec is IDNA 2003, which reads these four otherwise than registries do today.
IDNA_DEVIATIONS = "\u00df\u03c2\u200c\u200d"
# Characters. Databases: MariaDB's limit; accounts: MySQL's, which clients and panels still assume.
LIMITS = {"database": 64, "database_user": 32, "ftp_account": 32}
RESERVED = {
    "database": {"information_schema", "mysql", "performance_schema", "sys", "test"}
    | {"ftp", "mail", "postfixadmin", "roundcube"},
    "database_user": {"mariadb", "mysql", "public", "root"}
    | {"dovecot", "postfix", "postfixadmin", "proftpd", "roundcube"},
    "ftp_account": {"anonymous", "ftp", "root"},
}
USER_LIMIT = 32  # Linux's, for names of accounts


def domain(text):
    """``text`` as a fully qualified host name in lower-case ASCII; international names become ``xn--`` form."""
    name = text.lower().removesuffix(".")
    bad = next((char for char in name if char.isascii() and not re.match(r"[a-z0-9.-]", char)), "")
    if bad:
        raise ModuleError(f"{text!r} is not a domain name: {bad!r} cannot stand in one; write it like shop.example.com")
    if not name.isascii():
        name = _to_ascii(name, text)
    labels = name.split(".")
    if len(name) > DOMAIN_LIMIT:
        raise ModuleError(f"a domain name of {len(name)} characters is too long; the limit is {DOMAIN_LIMIT}")
    wrong = next((label for label in labels if not LABEL.fullmatch(label)), None)
    if wrong is not None:
        raise ModuleError(
            f"{text!r} is not a domain name: the part {wrong!r} takes 1 to 63 letters, digits and inner dashes"
        )
    if len(labels) < 2 or labels[-1].isdigit():
        raise ModuleError(f"{text!r} is not a full domain name; write it like shop.example.com")
    return name


def _to_ascii(name, text):
    deviation = next((char for char in name if char in IDNA_DEVIATIONS), "")
    if deviation:
        raise ModuleError(f"{text!r} contains {deviation!r}, which is read in two ways; write its xn-- form")
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        raise ModuleError(f"{text!r} has no form in the DNS (IDNA); write its xn-- form") from None


def object_name(kind, text):
    """``text`` as the name of a ``database``, ``database_user`` or ``ftp_account``."""
    limit = LIMITS[kind]
    if not OBJECT_NAME.fullmatch(text) or len(text) > limit:
        raise ModuleError(
            f"{text!r} cannot name a {kind}: 1 to {limit} lower-case letters, digits and underscores, a letter first"
        )
    if text in RESERVED[kind]:
        raise ModuleError(f"{text!r} is reserved for the server's own services; choose another name")
    return text


def php_version(text):
    """``text`` as a PHP version such as ``8.2``."""
    if not PHP_VERSION.fullmatch(text):
        raise ModuleError(f"{text!r} is not a PHP version; write it like 8.2")
    return text


def operation_id(text):
    """``text`` as the id of an operation: it becomes a file name in the journal."""
    if not OPERATION_ID.fullmatch(text):
        raise ModuleError(
            f"{text!r} is not an operation id: 1 to 100 letters, digits, dots, dashes, colons, underscores"
        )
    return text


def site_user(site):
    """The system user of the site ``site`` (a checked domain): readable, stable, never longer than Linux takes."""
    tail = hashlib.sha256(site.encode()).hexdigest()[:7]
    room = USER_LIMIT - len("site--") - len(tail)
    slug = re.sub(r"[^a-z0-9]+", "-", site)[:room].strip("-")
    return f"site-{slug}-{tail}"


def site_home(site):
    """The site's folder on the server."""
    return f"/srv/www/{site}"

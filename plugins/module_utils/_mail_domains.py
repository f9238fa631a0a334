"""Bring the mail panel's database to what the inventory says: schema, domains, one administrator each.

The provider hands over one access to the panel for each domain and makes no mailbox (A-4.4-1, A-4.4-2): nothing in
here writes into the tables of mailboxes and aliases.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, field

from ansible_collections.infogere.hosting.plugins.module_utils._command import last_words, require
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._lock import change_lock
from ansible_collections.infogere.hosting.plugins.module_utils._mariadb import (
    SOCKET,
    account,
    execute,
    identifier,
    literal,
    rows,
)

ARGUMENT_SPEC = {
    "database": {"type": "str", "default": "mail"},
    "upgrade_script": {"type": "str", "required": True},
    "domains": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "required": True},
            "admin": {"type": "str", "required": True},
            "mailboxes": {"type": "int", "default": 0},
            "aliases": {"type": "int", "default": 0},
            "mailbox_quota_mb": {"type": "int", "default": 0},
            "quota_mb": {"type": "int", "default": 0},
            "active": {"type": "bool", "default": True},
        },
    },
    "passwords": {"type": "dict", "default": {}, "no_log": True},
    "password_cost": {"type": "int", "default": 10},
    "password_accounts": {"type": "list", "elements": "str", "default": []},
}
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN = re.compile(rf"({LABEL}\.)+{LABEL}")
ADMINISTRATOR = re.compile(rf"[a-z0-9._-]+@({LABEL}\.)+{LABEL}")
# Which password was last handed over to whom. It is set again only when the controller's changes: the customer may
# have chosen another one in the panel meanwhile. A digest will do, since these passwords carry 190 bits of chance.
HANDED_OVER = "infogere_handed_over"
HANDED_OVER_TABLE = (
    f"CREATE TABLE IF NOT EXISTS {HANDED_OVER}"
    " (username varchar(255) NOT NULL PRIMARY KEY, password_digest char(64) NOT NULL) CHARACTER SET ascii"
)
# What an account of the webmail needs to change the password of a mailbox, and nothing else.
PASSWORD_COLUMNS = {"SELECT": ("username",), "UPDATE": ("password", "modified")}
HASH = "echo password_hash(stream_get_contents(STDIN), PASSWORD_BCRYPT, ['cost' => @COST@]);"


@dataclass
class Panel:
    """What the panel's database holds.

    Attributes:
        version: number of the schema; 0 without one.
        domains: ``{name: limits}``, limits in the order of ``_limits``.
        administrators: ``{name: active}``.
        rights: ``{(administrator, domain)}``.
        handed_over: ``{administrator: digest}``.
        columns: ``{(account, privilege, column)}`` on the table of mailboxes.
        accounts: accounts that exist at all.
    """

    version: int = 0
    domains: dict = field(default_factory=dict)
    administrators: dict = field(default_factory=dict)
    rights: set = field(default_factory=set)
    handed_over: dict = field(default_factory=dict)
    columns: set = field(default_factory=set)
    accounts: set = field(default_factory=set)


def run(params, check_mode):
    """Upgrade the schema and set what differs.

    Returns:
        ``changed``, ``actions`` (list of phrases without secrets), ``diff``.

    Raises:
        ModuleError: a name is not valid, a password is missing, MariaDB or PostfixAdmin's upgrade refuses.
    """
    _refuse_bad_input(params)
    if check_mode and not (os.path.exists(params["upgrade_script"]) and os.path.exists(SOCKET)):
        # Before the first converge there is nothing to compare with: all of it would be made.
        steps = [("make PostfixAdmin's schema", None), *_differences(params, Panel())]
    else:
        steps = _schema_steps(params) + _content_steps(params)
    if steps and not check_mode:
        with change_lock("mail_domains"):
            for _phrase, act in _schema_steps(params):
                act()
            for _phrase, act in _content_steps(params):
                act()
    phrases = [phrase for phrase, _act in steps]
    return {
        "changed": bool(steps),
        "actions": phrases,
        "diff": {"before": "", "after": "".join(f"{phrase}\n" for phrase in phrases)},
    }


def _refuse_bad_input(params):
    for domain in params["domains"]:
        if not DOMAIN.fullmatch(domain["name"]):
            raise ModuleError(
                f"domains: {domain['name']!r} is not a domain name: write it in lower case ASCII (punycode)"
            )
        if not ADMINISTRATOR.fullmatch(domain["admin"]):
            raise ModuleError(
                f"domains: {domain['name']}: admin {domain['admin']!r} is not a mail address in lower case"
            )
        if not params["passwords"].get(domain["admin"]):
            raise ModuleError(f"passwords: none for {domain['admin']}, the administrator of {domain['name']}")
    names = [domain["name"] for domain in params["domains"]]
    if doubled := {name for name in names if names.count(name) > 1}:
        raise ModuleError(f"domains: {sorted(doubled)[0]} stands there twice: keep one")


def _schema_steps(params):
    """PostfixAdmin's own upgrade, where its database is behind its program."""
    script = params["upgrade_script"]
    try:
        with open(script, encoding="utf-8") as stream:
            wanted = max(int(number) for number in re.findall(r"function upgrade_(\d+)", stream.read()))
    except (OSError, ValueError):
        raise ModuleError(f"{script} holds no schema of PostfixAdmin: install the package postfixadmin") from None
    present = _read(params["database"]).version
    if present >= wanted:
        return []
    return [(f"bring PostfixAdmin's schema from {present} to {wanted}", lambda: _upgrade(params, wanted))]


def _upgrade(params, wanted):
    # The constant keeps PostfixAdmin from opening a web session, as root, among those of its visitors.
    code = f"define('POSTFIXADMIN_CLI', 1); require '{params['upgrade_script']}';"
    said = require(["php", "-r", code], "PostfixAdmin's schema", timeout=300)
    if _read(params["database"]).version < wanted:
        words = last_words(re.sub(r"<[^>]*>|&nbsp;", " ", said))
        raise ModuleError(f"PostfixAdmin's schema did not reach {wanted}: {words}")


def _content_steps(params):
    """``[(phrase, function)]`` of all that differs from ``params``."""
    return _differences(params, _read(params["database"]))


def _differences(params, panel):
    steps = []
    for domain in params["domains"]:
        steps += _domain_steps(params, domain, panel)
    for name in sorted({domain["admin"] for domain in params["domains"]}):
        steps += _administrator_steps(params, name, panel)
    steps += _right_steps(params, panel)
    for name in params["password_accounts"]:
        steps += _account_steps(params, name, panel)
    return steps


def _domain_steps(params, domain, panel):
    name, limits = domain["name"], _limits(domain)
    if panel.domains.get(name) == limits:
        return []
    columns = ("mailboxes", "aliases", "maxquota", "quota", "active")
    values = ", ".join(str(limit) for limit in limits)
    updates = ", ".join(f"{column} = VALUES({column})" for column in columns)
    statement = (
        f"INSERT INTO domain (domain, description, transport, created, modified, {', '.join(columns)})"
        f" VALUES ({literal(name)}, '', 'virtual', NOW(), NOW(), {values})"
        f" ON DUPLICATE KEY UPDATE modified = NOW(), {updates}"
    )
    verb = "change the limits of" if name in panel.domains else "make"
    return [_sql(params, f"{verb} domain {name}", [statement])]


def _limits(domain):
    """Numbers as PostfixAdmin keeps them: mailboxes, aliases, MB a mailbox, MB in all (0 is no limit), active."""
    limits = [domain[key] for key in ("mailboxes", "aliases", "mailbox_quota_mb", "quota_mb")]
    return [*limits, int(domain["active"])]


def _administrator_steps(params, name, panel):
    digest = hashlib.sha256(params["passwords"][name].encode()).hexdigest()
    if name in panel.administrators and panel.handed_over.get(name) == digest:
        if panel.administrators[name]:
            return []
        statement = f"UPDATE admin SET active = 1, modified = NOW() WHERE username = {literal(name)}"
        return [_sql(params, f"let administrator {name} in again", [statement])]
    verb = "set the password of" if name in panel.administrators else "make"
    return [(f"{verb} administrator {name}", lambda: _set_administrator(params, name, digest))]


def _set_administrator(params, name, digest):
    hashed = literal("{BLF-CRYPT}" + _hash(params["passwords"][name], params["password_cost"]))
    statements = [
        HANDED_OVER_TABLE,
        "START TRANSACTION",
        "INSERT INTO admin (username, password, created, modified, active, superadmin)"
        f" VALUES ({literal(name)}, {hashed}, NOW(), NOW(), 1, 0)"
        f" ON DUPLICATE KEY UPDATE password = {hashed}, modified = NOW(), active = 1",
        f"REPLACE INTO {HANDED_OVER} VALUES ({literal(name)}, '{digest}')",
        "COMMIT",
    ]
    execute(statements, f"administrator {name}", params["database"])


def _hash(password, cost):
    return require(["php", "-r", HASH.replace("@COST@", str(int(cost)))], "hashing a password", stdin=password)


def _right_steps(params, panel):
    """One administrator a domain, and nobody else (A-4.4-1)."""
    wanted = {(domain["admin"], domain["name"]) for domain in params["domains"]}
    ours = {domain["name"] for domain in params["domains"]}
    steps = []
    for name, domain in sorted(wanted - panel.rights):
        statement = (
            f"INSERT INTO domain_admins (username, domain, created) VALUES ({literal(name)}, {literal(domain)}, NOW())"
        )
        steps.append(_sql(params, f"give {domain} to {name}", [statement]))
    for name, domain in sorted(panel.rights - wanted):
        if domain in ours:
            statement = f"DELETE FROM domain_admins WHERE username = {literal(name)} AND domain = {literal(domain)}"
            steps.append(_sql(params, f"take {domain} from {name}", [statement]))
    return steps


def _account_steps(params, name, panel):
    """The webmail's right to change passwords; MariaDB's accounts themselves are made elsewhere."""
    if name not in panel.accounts:
        return []
    missing = {
        privilege: [column for column in columns if (name, privilege, column) not in panel.columns]
        for privilege, columns in PASSWORD_COLUMNS.items()
    }
    wanted = ", ".join(f"{privilege} ({', '.join(columns)})" for privilege, columns in missing.items() if columns)
    if not wanted:
        return []
    statement = f"GRANT {wanted} ON {identifier(params['database'])}.mailbox TO {account(name)}"
    return [_sql(params, f"let account {name} change mailbox passwords", [statement])]


def _read(database):
    """The ``Panel`` in ``database``, whatever of it exists."""
    here = f"TABLE_SCHEMA = {literal(database)}"
    panel = Panel()
    tables = set()
    for kind, *values in rows(
        [
            f"SELECT JSON_ARRAY('table', TABLE_NAME) FROM information_schema.TABLES WHERE {here}",
            "SELECT JSON_ARRAY('account', User) FROM mysql.global_priv WHERE Host = 'localhost'",
            "SELECT JSON_ARRAY('column', GRANTEE, PRIVILEGE_TYPE, COLUMN_NAME)"
            f" FROM information_schema.COLUMN_PRIVILEGES WHERE {here} AND TABLE_NAME = 'mailbox'",
        ]
    ):
        if kind == "table":
            tables.add(values[0])
        elif kind == "account":
            panel.accounts.add(values[0])
        else:
            grantee, privilege, column = values
            panel.columns.add((grantee.split("'@'")[0].strip("'"), privilege, column))
    for kind, *values in rows([_QUESTIONS[name].format(identifier(database)) for name in _QUESTIONS if name in tables]):
        _ANSWERS[kind](panel, values)
    return panel


_QUESTIONS = {
    "config": "SELECT JSON_ARRAY('version', CAST(value AS INTEGER)) FROM {}.config WHERE name = 'version'",
    "domain": "SELECT JSON_ARRAY('domain', domain, mailboxes, aliases, maxquota, quota, active) FROM {}.domain",
    "admin": "SELECT JSON_ARRAY('admin', username, active) FROM {}.admin",
    "domain_admins": "SELECT JSON_ARRAY('right', username, domain) FROM {}.domain_admins",
    HANDED_OVER: f"SELECT JSON_ARRAY('handed over', username, password_digest) FROM {{}}.{HANDED_OVER}",
}
_ANSWERS = {
    "version": lambda panel, values: setattr(panel, "version", values[0]),
    "domain": lambda panel, values: panel.domains.update({values[0]: values[1:]}),
    "admin": lambda panel, values: panel.administrators.update({values[0]: bool(values[1])}),
    "right": lambda panel, values: panel.rights.add(tuple(values)),
    "handed over": lambda panel, values: panel.handed_over.update({values[0]: values[1]}),
}


def _sql(params, phrase, statements):
    return phrase, lambda: execute(statements, phrase, params["database"])

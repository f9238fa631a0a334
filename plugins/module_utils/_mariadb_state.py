"""What a MariaDB server holds (databases, accounts, privileges), read in one question."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._mariadb import (
    OWNER_PRIVILEGES,
    account,
    grant_pattern,
    identifier,
    literal,
    rows,
)

GLOBAL = "*.*"
PASSWORD_PLUGIN = "mysql_native_password"  # the one that PHP's driver speaks
CHARACTER_SET = "utf8mb4"
# The collation is named, because the default differs between MariaDB 10.11 and 11.8, and a dump must load on both.
CHARACTER_OPTIONS = f"CHARACTER SET {CHARACTER_SET} COLLATE utf8mb4_unicode_ci"
QUESTIONS = (
    "SELECT JSON_ARRAY('database', SCHEMA_NAME, DEFAULT_CHARACTER_SET_NAME) FROM information_schema.SCHEMATA",
    "SELECT JSON_ARRAY('account', User, Host, JSON_VALUE(Priv, '$.plugin'),"
    " JSON_VALUE(Priv, '$.authentication_string'), COALESCE(JSON_LENGTH(Priv, '$.auth_or'), 0) > 1)"
    " FROM mysql.global_priv WHERE NOT COALESCE(JSON_VALUE(Priv, '$.is_role'), 0) AND User <> 'PUBLIC'",
    "SELECT JSON_ARRAY('grant', GRANTEE, NULL, NULL, PRIVILEGE_TYPE) FROM information_schema.USER_PRIVILEGES",
    "SELECT JSON_ARRAY('grant', GRANTEE, TABLE_SCHEMA, NULL, PRIVILEGE_TYPE) FROM information_schema.SCHEMA_PRIVILEGES",
    "SELECT JSON_ARRAY('grant', GRANTEE, TABLE_SCHEMA, TABLE_NAME, PRIVILEGE_TYPE)"
    " FROM information_schema.TABLE_PRIVILEGES",
)


@dataclass(frozen=True)
class Account:
    """How one account proves who it is."""

    plugin: str
    secret: str
    several_ways: bool


@dataclass
class State:
    """A server's content.

    Attributes:
        databases: ``{name: character set}``.
        accounts: ``{(user, host): Account}``.
        grants: ``{(user, host): {target: set of privileges}}``, target = ``*.*``, ``db.*`` or ``db.table``.
    """

    databases: dict = field(default_factory=dict)
    accounts: dict = field(default_factory=dict)
    grants: dict = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))


def read_state():
    """Ask the server for its ``State``."""
    state = State()
    names = {}
    for kind, *values in rows(QUESTIONS):
        if kind == "database":
            state.databases[values[0]] = values[1]
        elif kind == "account":
            user, host, plugin, secret, several = values
            state.accounts[user, host] = Account(plugin or "", secret or "", bool(several))
            # information_schema writes an account as 'user'@'host', without escaping what is inside.
            names[f"'{user}'@'{host}'"] = (user, host)
        elif values[0] in names and values[3] != "USAGE":
            grantee, database, table, privilege = values
            state.grants[names[grantee]][_target(database, table)].add(privilege)
    return state


def wanted_privileges(privileges):
    """``{target: set of names}`` from ``{target: [names]}``; ``ALL`` stands for an owner's privileges."""
    wanted = {}
    for target, names in privileges.items():
        database, dot, table = target.partition(".")
        if not dot or not database or not table:
            raise ModuleError(f"privileges: {target}: write database.* or database.table")
        upper = {name.upper() for name in names}
        if upper & {"ALL", "ALL PRIVILEGES"}:
            upper = (upper - {"ALL", "ALL PRIVILEGES"}) | set(OWNER_PRIVILEGES)
        for name in upper:
            if not re.fullmatch(r"[A-Z]+( [A-Z]+)*", name):
                raise ModuleError(f"privileges: {target}: {name!r} is not the name of a privilege")
        wanted[target] = upper
    return wanted


def grant_statements(user, host, present, wanted):
    """SQL that turns the privileges ``present`` into ``wanted`` (both ``{target: set}``): first take, then give."""
    take, give = [], []
    for target in sorted(set(present) | set(wanted)):
        surplus = present.get(target, set()) - wanted.get(target, set())
        missing = wanted.get(target, set()) - present.get(target, set())
        if surplus:
            take.append(f"REVOKE {', '.join(sorted(surplus))} ON {_on(target)} FROM {account(user, host)}")
        if missing:
            give.append(f"GRANT {', '.join(sorted(missing))} ON {_on(target)} TO {account(user, host)}")
    return take + give


def account_steps(key, hashed, wanted, state):
    """``[(phrase, SQL)]`` that give the account ``key`` this password hash and exactly these privileges."""
    user, host = key
    present = state.accounts.get(key)
    identified = f"{account(user, host)} IDENTIFIED VIA {PASSWORD_PLUGIN} USING {literal(hashed)}"
    steps = []
    if present is None:
        steps.append((f"create user {user}@{host}", f"CREATE USER IF NOT EXISTS {identified}"))
    elif (present.plugin, present.secret, present.several_ways) != (PASSWORD_PLUGIN, hashed, False):
        steps.append((f"set the password of {user}@{host}", f"ALTER USER {identified}"))
    grants = grant_statements(user, host, state.grants.get(key, {}), wanted)
    return steps + [(statement, statement) for statement in grants]


def create_database(name):
    """SQL that makes the database ``name`` where it is missing."""
    return f"CREATE DATABASE IF NOT EXISTS {identifier(name)} {CHARACTER_OPTIONS}"


def _target(database, table):
    if database is None:
        return GLOBAL
    if table is not None:
        return f"{database}.{table}"
    return re.sub(r"\\(.)", r"\1", database) + ".*"


def _on(target):
    database, _dot, table = target.partition(".")
    if target == GLOBAL:
        return GLOBAL
    return f"{grant_pattern(database)}.*" if table == "*" else f"{identifier(database)}.{identifier(table)}"

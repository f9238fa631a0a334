"""Bring MariaDB's own content to what the roles declare: databases, accounts, privileges, first schemas.

Nothing of a customer is touched: only what is declared, anonymous accounts, the test schema and root's door.
"""

from __future__ import annotations

import os
from collections import defaultdict

from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._lock import STATE_FOLDER, change_lock
from ansible_collections.infogere.hosting.plugins.module_utils._mariadb import (
    account,
    execute,
    identifier,
    import_schema,
    literal,
    password_hash,
    rows,
)
from ansible_collections.infogere.hosting.plugins.module_utils._mariadb_state import (
    grant_statements,
    read_state,
    wanted_privileges,
)
from ansible_collections.infogere.hosting.plugins.module_utils._transaction import remove, write_file

ARGUMENT_SPEC = {
    "databases": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "schema": {
                "type": "dict",
                "options": {
                    "unless_table": {"type": "str", "required": True},
                    "file": {"type": "str"},
                    "statements": {"type": "str"},
                },
                "required_one_of": [["file", "statements"]],
                "mutually_exclusive": [["file", "statements"]],
            },
            "users": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "name": {"type": "str", "required": True},
                    "host": {"type": "str", "default": "localhost"},
                    "password": {"type": "str", "required": True, "no_log": True},
                    "privileges": {"type": "dict", "default": {}},
                },
            },
        },
    },
}
CHARACTER_SET = "utf8mb4"
# Named, because the default differs between MariaDB 10.11 and 11.8, and a dump must load on both.
COLLATION = "utf8mb4_unicode_ci"
PASSWORD_PLUGIN = "mysql_native_password"
TEST_SCHEMA = "test"
ROOT = ("root", "localhost")


def run(params, check_mode):
    """Create, alter and grant what differs.

    Returns:
        ``changed``, ``actions`` (list of short phrases without secrets), ``diff``.

    Raises:
        ModuleError: MariaDB does not answer or refuses a statement, or a declaration is inconsistent.
    """
    databases = params["databases"]
    users = _users(databases)
    steps = _steps(databases, users)
    if steps and not check_mode:
        with change_lock("mariadb_content"):
            for _phrase, act in _steps(databases, users):
                act()
    phrases = [phrase for phrase, _act in steps]
    return {
        "changed": bool(steps),
        "actions": phrases,
        "diff": {"before": "", "after": "".join(f"{phrase}\n" for phrase in phrases)},
    }


def _users(databases):
    """``{(user, host): (password hash, {target: privileges})}``, merged over all databases."""
    hashes, privileges = {}, defaultdict(dict)
    for database in databases:
        for user in database["users"]:
            key = (user["name"], user["host"])
            hashed = password_hash(user["password"])
            if hashes.setdefault(key, hashed) != hashed:
                raise ModuleError(f"user {key[0]}@{key[1]} is declared with two different passwords: keep one")
            for target, names in wanted_privileges(user["privileges"]).items():
                privileges[key][target] = privileges[key].get(target, set()) | names
    return {key: (hashed, dict(privileges[key])) for key, hashed in hashes.items()}


def _steps(databases, users):
    """``[(phrase, function)]`` of all that differs, in the order in which it is to be done."""
    state = read_state()
    steps = _hardening(state)
    for database in databases:
        steps += _database(database["name"], state)
    # Before the privileges: one on a single table needs the table.
    steps += _schemas(databases)
    for key, (hashed, privileges) in users.items():
        steps += _user(key, hashed, privileges, state)
    return steps


def _hardening(state):
    """No account without a name, no root but by socket, no test schema."""
    steps = []
    for user, host in sorted(state.accounts):
        if user == "" or (user == ROOT[0] and host != ROOT[1]):
            steps.append(_sql(f"remove account {user!r}@{host}", [f"DROP USER {account(user, host)}"]))
    root = state.accounts.get(ROOT)
    if root and (root.plugin != "unix_socket" or root.several_ways):
        steps.append(
            _sql("admit root by the unix socket alone", [f"ALTER USER {account(*ROOT)} IDENTIFIED VIA unix_socket"])
        )
    if TEST_SCHEMA in state.databases:
        steps.append(("remove the test schema", _drop_test_schema))
    return steps


def _drop_test_schema():
    """MariaDB's sample schema comes empty; one with tables is somebody's data."""
    if _tables(TEST_SCHEMA):
        raise ModuleError(
            f"schema {TEST_SCHEMA} holds tables: every account may reach it; move them and drop it by hand"
        )
    execute([f"DROP DATABASE {identifier(TEST_SCHEMA)}"], "removing the test schema")


def _database(name, state):
    charset = f"{identifier(name)} CHARACTER SET {CHARACTER_SET} COLLATE {COLLATION}"
    if name not in state.databases:
        return [_sql(f"create database {name}", [f"CREATE DATABASE IF NOT EXISTS {charset}"])]
    if state.databases[name] != CHARACTER_SET:
        return [_sql(f"set {name} to {CHARACTER_SET}", [f"ALTER DATABASE {charset}"])]
    return []


def _user(key, hashed, privileges, state):
    user, host = key
    present = state.accounts.get(key)
    identified = f"{account(user, host)} IDENTIFIED VIA {PASSWORD_PLUGIN} USING {literal(hashed)}"
    steps = []
    if present is None:
        steps.append(_sql(f"create user {user}@{host}", [f"CREATE USER IF NOT EXISTS {identified}"]))
    elif (present.plugin, present.secret, present.several_ways) != (PASSWORD_PLUGIN, hashed, False):
        steps.append(_sql(f"set the password of {user}@{host}", [f"ALTER USER {identified}"]))
    for statement in grant_statements(user, host, state.grants.get(key, {}), privileges):
        steps.append(_sql(statement, [statement]))
    return steps


def _schemas(databases):
    steps = []
    for database in databases:
        name, schema = database["name"], database["schema"]
        if schema and (schema["unless_table"] not in _tables(name) or _interrupted(name)):
            source = schema["file"] or "declared statements"
            steps.append((f"import {source} into {name}", lambda name=name, schema=schema: _import(name, schema)))
    return steps


def _import(name, schema):
    """Import once and whole: a mark outlives a killed import, whose tables are then thrown away.

    The mark is set only on a database without tables, so what it condemns was made by the import itself.
    """
    mark = _mark(name)
    if os.path.exists(mark):
        options = f"CHARACTER SET {CHARACTER_SET} COLLATE {COLLATION}"
        again = [f"DROP DATABASE IF EXISTS {identifier(name)}", f"CREATE DATABASE {identifier(name)} {options}"]
        execute(again, f"clearing the interrupted import of {name}")
    elif _tables(name):
        import_schema(name, schema)
        return
    write_file(mark, b"", 0o600, 0, 0)
    import_schema(name, schema)
    remove(mark)


def _interrupted(name):
    return os.path.exists(_mark(name))


def _mark(name):
    return os.path.join(STATE_FOLDER, "importing", name)


def _tables(database):
    query = f"SELECT JSON_ARRAY(TABLE_NAME) FROM information_schema.TABLES WHERE TABLE_SCHEMA = {literal(database)}"
    return {row[0] for row in rows([query])}


def _sql(phrase, statements):
    return phrase, lambda: execute(statements, phrase)

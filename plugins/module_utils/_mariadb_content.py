"""Bring MariaDB's own content to what the roles declare: databases, accounts, privileges, first schemas.

Nothing of a customer is touched: only what is declared, anonymous accounts, the test schema and root's door.
"""

from __future__ import annotations

import os
from collections import defaultdict

from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._lock import STATE_FOLDER, change_lock
from ansible_collections.infogere.hosting.plugins.module_utils._mariadb import (
    SOCKET,
    account,
    execute,
    identifier,
    import_schema,
    literal,
    password_hash,
    rows,
)
from ansible_collections.infogere.hosting.plugins.module_utils._mariadb_state import (
    CHARACTER_OPTIONS,
    CHARACTER_SET,
    account_steps,
    create_database,
    read_state,
    wanted_privileges,
)
from ansible_collections.infogere.hosting.plugins.module_utils._steps import carry_out
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
    if check_mode and not os.path.exists(SOCKET):
        # A first converge that is only looked at: there is no server to ask yet, so all of it would be made.
        names = [database["name"] for database in databases]
        return carry_out([(f"create database {name} with its accounts", None) for name in names], check_mode)
    steps = _steps(databases, users)
    if check_mode or not steps:
        return carry_out(steps, check_mode)
    with change_lock("mariadb_content"):
        return carry_out(_steps(databases, users), check_mode)


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
        steps += [_sql(phrase, [sql]) for phrase, sql in account_steps(key, hashed, privileges, state)]
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
    if name not in state.databases:
        return [_sql(f"create database {name}", [create_database(name)])]
    if state.databases[name] != CHARACTER_SET:
        return [_sql(f"set {name} to {CHARACTER_SET}", [f"ALTER DATABASE {identifier(name)} {CHARACTER_OPTIONS}"])]
    return []


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
        again = [f"DROP DATABASE IF EXISTS {identifier(name)}", create_database(name)]
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

"""The ticket object ``database``: an empty utf8mb4 database, or its archive and removal (A-L4-6)."""

from __future__ import annotations

from ansible_collections.infogere.hosting.plugins.module_utils._archive import archive_database
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._mariadb import execute, identifier, literal, rows
from ansible_collections.infogere.hosting.plugins.module_utils._mariadb_state import (
    create_database,
    grant_statements,
    read_state,
)
from ansible_collections.infogere.hosting.plugins.module_utils._names import domain, object_name
from ansible_collections.infogere.hosting.plugins.module_utils._operation import operation_of, perform
from ansible_collections.infogere.hosting.plugins.module_utils._registry import register, registered, unregister
from ansible_collections.infogere.hosting.plugins.module_utils._sites import require_site
from ansible_collections.infogere.hosting.plugins.module_utils._steps import carry_out

KIND = "database"
ARGUMENT_SPEC = {
    "name": {"type": "str", "required": True},
    "site": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "operation_id": {"type": "str"},
}


def validated(params):
    """``params`` with checked names; raises ``ModuleError`` on a bad one."""
    site = domain(params["site"]) if params["site"] else None
    return {**params, "name": object_name(KIND, params["name"]), "site": site}


def run(params, check_mode):
    """Create the database, or archive and drop it.

    Returns:
        ``changed``, ``actions``, ``diff``, ``name``, ``site``, ``operation_id``, ``replayed``; when absent
        ``archive``: path on the server of the dump, or None if there was nothing.

    Raises:
        ModuleError: bad name, unknown site, or a database that was not made by this interface.
    """
    params = validated(params)
    act = _present if params["state"] == "present" else _absent
    return perform(operation_of(KIND, params, ["site"]), check_mode, lambda: act(params, check_mode))


def _present(params, check_mode):
    name, site = params["name"], params["site"]
    entry, exists = registered(KIND, name), _exists(name)
    if exists and entry is None:
        raise ModuleError(f"a database {name} exists that no ticket made; choose another name")
    if entry and entry["site"] != site:
        raise ModuleError(f"database {name} belongs to {entry['site'] or 'no site'}; choose another name")
    if site:
        require_site(site)
    steps = []
    if not exists:
        steps = [(f"create database {name}", lambda: _create(name, site))]
    return carry_out(steps, check_mode, name=name, site=site)


def _create(name, site):
    register(KIND, name, {"site": site})
    execute([create_database(name)], f"creating database {name}")


def _absent(params, check_mode):
    name = params["name"]
    entry, exists = registered(KIND, name), _exists(name)
    if exists and entry is None:
        raise ModuleError(f"database {name} was not made by a ticket; drop it by hand if you are sure")
    steps = []
    if exists:
        steps.append((f"archive and drop database {name}", lambda: _drop(name, entry)))
    elif entry:
        steps.append((f"forget database {name}", lambda: _forget(name, entry)))
    return carry_out(steps, check_mode, name=name, archive=None)


def _drop(name, entry):
    """Archive, note where, revoke, drop, forget: a kill between two of them leaves the next run a way on."""
    archive = archive_database(name, _size(name))
    register(KIND, name, {**entry, "archive": archive})
    state = read_state()
    revoke = []
    for (user, host), grants in state.grants.items():
        inside = {target: held for target, held in grants.items() if target.partition(".")[0] == name}
        revoke += grant_statements(user, host, inside, {})
    execute([*revoke, f"DROP DATABASE {identifier(name)}"], f"dropping database {name}")
    return _forget(name, {"archive": archive})


def _forget(name, entry):
    unregister(KIND, name)
    return {"archive": entry.get("archive")}


def _exists(name):
    query = f"SELECT JSON_ARRAY(SCHEMA_NAME) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {literal(name)}"
    return bool(rows([query]))


def _size(name):
    """Bytes of data and indexes: what a dump may come to before compression."""
    query = (
        "SELECT JSON_ARRAY(COALESCE(SUM(DATA_LENGTH + INDEX_LENGTH), 0)) "
        f"FROM information_schema.TABLES WHERE TABLE_SCHEMA = {literal(name)}"
    )
    return int(rows([query])[0][0])

"""The ticket object ``database_user``: an account for databases that tickets made, and for nothing else (A-L4-6)."""

from __future__ import annotations

from ansible_collections.infogere.hosting.plugins.module_utils._archive import archive_text
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._mariadb import (
    OWNER_PRIVILEGES,
    account,
    execute,
    password_hash,
    text_lines,
)
from ansible_collections.infogere.hosting.plugins.module_utils._mariadb_state import account_steps, read_state
from ansible_collections.infogere.hosting.plugins.module_utils._names import object_name
from ansible_collections.infogere.hosting.plugins.module_utils._operation import operation_of, perform
from ansible_collections.infogere.hosting.plugins.module_utils._registry import (
    all_registered,
    register,
    registered,
    unregister,
)
from ansible_collections.infogere.hosting.plugins.module_utils._steps import carry_out

KIND = "database_user"
HOST = "localhost"  # MariaDB listens on the loopback alone
PRIVILEGES = {"owner": set(OWNER_PRIVILEGES), "read": {"SELECT", "SHOW VIEW"}}
ARGUMENT_SPEC = {
    "name": {"type": "str", "required": True},
    "databases": {"type": "list", "elements": "str", "default": []},
    "privileges": {"type": "str", "choices": sorted(PRIVILEGES), "default": "owner"},
    "password": {"type": "str", "no_log": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "operation_id": {"type": "str"},
}


def validated(params):
    """``params`` with checked names, databases sorted and each once; raises ``ModuleError`` on a bad one."""
    databases = sorted({object_name("database", name) for name in params["databases"]})
    if params["state"] == "present" and not databases:
        raise ModuleError(f"database user {params['name']!r}: name at least one database")
    return {**params, "name": object_name(KIND, params["name"]), "databases": databases}


def run(params, check_mode):
    """Create the account with exactly these grants, or archive its definition and drop it.

    Returns:
        ``changed``, ``actions``, ``diff``, ``name``, ``host``, ``databases``, ``operation_id``, ``replayed``;
        when absent ``archive``. Never the password.

    Raises:
        ModuleError: bad name, unknown database, databases of different sites, or an account that no ticket made.
    """
    params = validated(params)
    act = _present if params["state"] == "present" else _absent
    operation = operation_of(KIND, params, ["databases", "privileges"])
    return perform(operation, check_mode, lambda: act(params, check_mode))


def _present(params, check_mode):
    name, databases = params["name"], params["databases"]
    if not params["password"]:
        raise ModuleError(f"database user {name}: it needs a password")
    site = _common_site(databases, check_mode)
    state, entry = read_state(), registered(KIND, name)
    if (name, HOST) in state.accounts and entry is None:
        raise ModuleError(f"a database account {name} exists that no ticket made; choose another name")
    if entry and entry["site"] != site:
        raise ModuleError(f"database user {name} belongs to {entry['site'] or 'no site'}; choose another name")
    wanted = {f"{database}.*": PRIVILEGES[params["privileges"]] for database in databases}
    statements = account_steps((name, HOST), password_hash(params["password"]), wanted, state)
    steps = []
    if statements and entry is None:
        steps.append((f"register database user {name}", lambda: register(KIND, name, {"site": site})))
    steps += [(phrase, lambda sql=sql, phrase=phrase: execute([sql], phrase)) for phrase, sql in statements]
    return carry_out(steps, check_mode, name=name, host=HOST, databases=databases)


def _common_site(databases, check_mode):
    """The site of all ``databases``; an account never spans two sites."""
    sites = {}
    for database in databases:
        entry = registered("database", database)
        if entry is None:
            if check_mode:
                continue
            known = ", ".join(all_registered("database")) or "none"
            raise ModuleError(f"no ticket made a database {database} here (there are: {known}); create it first")
        sites.setdefault(entry["site"], database)
    if len(sites) > 1:
        (one, first), (other, second) = list(sites.items())[:2]
        raise ModuleError(
            f"databases {first} ({one or 'no site'}) and {second} ({other or 'no site'}) belong to different "
            "sites; make one account for each"
        )
    return next(iter(sites), None)


def _absent(params, check_mode):
    name = params["name"]
    entry, exists = registered(KIND, name), (name, HOST) in read_state().accounts
    if exists and entry is None:
        raise ModuleError(f"database account {name} was not made by a ticket; drop it by hand if you are sure")
    steps = []
    if exists:
        steps.append((f"archive and drop database user {name}", lambda: _drop(name, entry)))
    elif entry:
        steps.append((f"forget database user {name}", lambda: _forget(name, entry)))
    return carry_out(steps, check_mode, name=name, archive=None)


def _drop(name, entry):
    who = account(name, HOST)
    lines = text_lines([f"SHOW CREATE USER {who}", f"SHOW GRANTS FOR {who}"], f"reading database user {name}")
    archive = archive_text(KIND, name, "".join(f"{line};\n" for line in lines))
    register(KIND, name, {**entry, "archive": archive})
    execute([f"DROP USER IF EXISTS {who}"], f"dropping database user {name}")
    return _forget(name, {"archive": archive})


def _forget(name, entry):
    unregister(KIND, name)
    return {"archive": entry.get("archive")}

"""The ticket object ``vhost``: a web site with its own system user, or its archive and removal (A-L4-6)."""

from __future__ import annotations

import os

from ansible_collections.infogere.hosting.plugins.module_utils._acme_certificate import run as keep_certificate
from ansible_collections.infogere.hosting.plugins.module_utils._config_tree import deploy
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._lock import STATE_FOLDER
from ansible_collections.infogere.hosting.plugins.module_utils._names import domain, php_version, site_home, site_user
from ansible_collections.infogere.hosting.plugins.module_utils._operation import operation_of, perform
from ansible_collections.infogere.hosting.plugins.module_utils._pending import read as read_pending
from ansible_collections.infogere.hosting.plugins.module_utils._registry import (
    all_registered,
    register,
    registered,
    unregister,
)
from ansible_collections.infogere.hosting.plugins.module_utils._site_answers import wait_for_site
from ansible_collections.infogere.hosting.plugins.module_utils._site_removal import refuse_if_used, remove_site
from ansible_collections.infogere.hosting.plugins.module_utils._site_services import (
    checkers,
    marks,
    move,
    tell,
    unit_of,
    units_of,
)
from ansible_collections.infogere.hosting.plugins.module_utils._site_tree import (
    WEB_USER,
    certificate_file,
    installed_php,
    key_file,
    pools_present,
    site_tree,
    tls_folder,
)
from ansible_collections.infogere.hosting.plugins.module_utils._steps import carry_out
from ansible_collections.infogere.hosting.plugins.module_utils._system_user import (
    admit,
    create_user,
    is_member,
    remove_user,
    user_exists,
)
from ansible_collections.infogere.hosting.plugins.module_utils._tree_plan import plan

KIND = "vhost"
# Characters: the pool's socket has the name in its path, and Linux takes 107 of them for a socket.
NAME_LIMIT = 88
REQUEST = ("aliases", "php_version", "certificate", "hsts", "force_https", "max_upload_mb")
ARGUMENT_SPEC = {
    "name": {"type": "str", "required": True},
    "aliases": {"type": "list", "elements": "str", "default": []},
    "php_version": {"type": "str"},
    "certificate": {"type": "str", "choices": ["issued", "existing"], "default": "issued"},
    "hsts": {"type": "bool", "default": False},
    "force_https": {"type": "bool", "default": True},
    "max_upload_mb": {"type": "int", "default": 64},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "operation_id": {"type": "str"},
    "acme": {"type": "dict"},
    "reserved_names": {"type": "list", "elements": "str", "default": []},
    "rendered": {"type": "dict", "no_log": True, "default": {}},
}
PLACEHOLDER = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{site}</title></head>
<body><h1>{site}</h1><p>This site is ready. Its pages go into the folder <code>htdocs</code>.</p></body></html>
"""


def validated(params):
    """``params`` with checked names, aliases sorted and each once; raises ``ModuleError`` on a bad one."""
    name = domain(params["name"])
    if len(name) > NAME_LIMIT:
        raise ModuleError(
            f"{name}: a site's name takes {NAME_LIMIT} characters at most; make it an alias of a shorter one"
        )
    if not 1 <= params["max_upload_mb"] <= 4096:
        raise ModuleError(f"{name}: max_upload_mb is {params['max_upload_mb']}; it takes 1 to 4096")
    aliases = sorted({domain(alias) for alias in params["aliases"]} - {name})
    version = php_version(params["php_version"]) if params["php_version"] else None
    return {**params, "name": name, "aliases": aliases, "php_version": version}


def run(params, check_mode):
    """Create or alter the site and wait until it answers, or archive and remove it.

    Returns:
        ``changed``, ``diff``, ``name``, ``user``, ``home``, ``php_version``, ``operation_id``, ``replayed`` and,
        if something changed, ``status`` (HTTP, of the site's first page); when absent ``archive``.

    Raises:
        ModuleError: bad or taken name, PHP version that is not installed, missing certificate, a refusal by
            nginx, Apache or PHP (every file is put back), or a site that does not answer.
    """
    params = validated(params)
    act = _present if params["state"] == "present" else _absent
    result = perform(operation_of(KIND, params, REQUEST), check_mode, lambda: act(params, check_mode))
    if params["acme"] and params["state"] == "present":
        # Only now: the ACME server asks the site, which so far answers with a certificate of the controller's CA.
        names = {"name": params["name"], "hostnames": [params["name"], *params["aliases"]]}
        obtained = keep_certificate(
            {**params["acme"], **names, "deploy_folder": tls_folder(params["name"])}, check_mode
        )
        if obtained["changed"] and not check_mode:
            wait_for_site(params["name"], result["php_version"])  # nginx was told by the hook, and takes its time
        result["changed"] = result["changed"] or obtained["changed"]
    return result


def _present(params, check_mode):
    site, before = params["name"], registered(KIND, params["name"])
    _refuse_taken_names(params)
    version = _php(params, before)
    if params["certificate"] == "existing":
        _require_certificate(site)
    user = site_user(site)
    entry = {"user": user, "aliases": params["aliases"], "php_version": version, "ready": True}
    left = _left_versions(site, version)
    units = units_of(version, *left)
    facts = {"name": site, "user": user, "home": site_home(site), "php_version": version}
    created = not user_exists(user)
    waiting = set(units) & set(read_pending(STATE_FOLDER))
    if check_mode:
        changes = plan(site_tree(site, user, version, params["rendered"], bool(params["acme"])), check_mode=True)
        return _result(changes, bool(created or changes or waiting or entry != before), **facts)
    changes = _establish(params, entry, before, created, units)
    waiting |= set(units) & set(read_pending(STATE_FOLDER))
    if not (created or changes or waiting or entry != before):
        return _result([], False, **facts)
    if not (before or {}).get("ready"):
        _place_placeholder(site, user)
    if left:
        move(site, version, left)
    else:
        tell(units)
    facts["status"] = wait_for_site(site, version)
    register(KIND, site, entry)
    return _result(changes, True, **facts)


def _establish(params, entry, before, created, units):
    """Claim the names, make the user, deploy the files; undo all three if a checker refuses."""
    site, user = params["name"], entry["user"]
    if before is None or before != entry:
        register(KIND, site, {**entry, "ready": bool(before and before.get("ready"))})
    try:
        if created:
            create_user(user, site_home(site))
        if not is_member(WEB_USER, user):
            admit(WEB_USER, user)
        changes = plan(site_tree(site, user, entry["php_version"], params["rendered"], bool(params["acme"])))
        if changes:
            deploy(changes, {"notify_units": marks(units), "after_change": {}, "checkers": checkers(units)})
    except ModuleError:
        if before:
            register(KIND, site, before)
        else:
            unregister(KIND, site)
        if created and user_exists(user):
            remove_user(user)
        raise
    return changes


def _refuse_taken_names(params):
    site = params["name"]
    wanted = {site, *params["aliases"]}
    own = sorted(wanted & set(params["reserved_names"]))
    if own:
        raise ModuleError(f"site {site}: {own[0]} is a name of the server itself; choose another name")
    for other, entry in all_registered(KIND).items():
        taken = sorted(wanted & {other, *entry["aliases"]})
        if other != site and taken:
            raise ModuleError(f"site {site}: {taken[0]} belongs to the site {other}; remove it there first")


def _php(params, before):
    """The version asked for, else the one the site has, else the newest on the server."""
    installed = installed_php()
    version = params["php_version"] or (before or {}).get("php_version") or (installed[0] if installed else "any")
    if version not in installed:
        raise ModuleError(
            f"site {params['name']}: PHP {version} is not installed; this server has {', '.join(installed) or 'none'}"
        )
    return version


def _left_versions(site, version):
    """Other versions whose pool the site has, or that a killed run left with a pool they were not told to drop."""
    pools, waiting = pools_present(site), read_pending(STATE_FOLDER)
    return [old for old in installed_php() if old != version and (old in pools or unit_of(old) in waiting)]


def _require_certificate(site):
    for path in (certificate_file(site), key_file(site)):
        if not os.path.isfile(path):
            raise ModuleError(f"site {site}: {path} is missing; put a certificate there, or let one be issued")


def _place_placeholder(site, user):
    """A first page, where there is none: the folder is the customer's, so no name in it is ever followed."""
    folder = os.open(f"{site_home(site)}/htdocs", os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.listdir(folder):
            return
        page = os.open("index.html", os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o640, dir_fd=folder)
        with os.fdopen(page, "w", encoding="utf-8") as stream:
            os.fchown(stream.fileno(), os.fstat(folder).st_uid, os.fstat(folder).st_gid)
            os.fchmod(stream.fileno(), 0o640)
            stream.write(PLACEHOLDER.format(site=site))
    finally:
        os.close(folder)


def _absent(params, check_mode):
    site, entry = params["name"], registered(KIND, params["name"])
    if entry is None and os.path.lexists(site_home(site)):
        raise ModuleError(f"{site_home(site)} was not made by a ticket; remove it by hand if you are sure")
    if entry:
        refuse_if_used(site)
    steps = [] if entry is None else [(f"archive and remove the site {site}", lambda: remove_site(site, entry))]
    return carry_out(steps, check_mode, name=site, archive=None)


def _result(changes, changed, **facts):
    return {
        "changed": changed,
        "diff": [
            {"before_header": change.path, "after_header": change.path, "before": change.before, "after": change.after}
            for change in changes
        ],
        **facts,
    }

"""The ticket object ``ftp_account``: a virtual FTP user of one site, shut into its folder (A-L4-6)."""

from __future__ import annotations

import hashlib
import hmac
import os
import pwd
from dataclasses import dataclass

from ansible_collections.infogere.hosting.plugins.module_utils._archive import archive_text
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._mariadb import execute, literal, rows
from ansible_collections.infogere.hosting.plugins.module_utils._names import domain, object_name, site_home
from ansible_collections.infogere.hosting.plugins.module_utils._operation import operation_of, perform
from ansible_collections.infogere.hosting.plugins.module_utils._sites import require_site
from ansible_collections.infogere.hosting.plugins.module_utils._steps import carry_out

KIND = "ftp_account"
FOLDERS = {"home": "", "htdocs": "/htdocs"}
# As roles/proftpd tells ProFTPD; what OWASP recommends for PBKDF2-HMAC-SHA512.
ITERATIONS = 210_000
HASH_BYTES = 64
SALT_BYTES = 16
COLUMNS = ("name", "site", "salt", "password", "uid", "gid", "home")
ARGUMENT_SPEC = {
    "name": {"type": "str", "required": True},
    "site": {"type": "str", "required": True},
    "folder": {"type": "str", "choices": sorted(FOLDERS), "default": "home"},
    "password": {"type": "str", "no_log": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "operation_id": {"type": "str"},
}


@dataclass(frozen=True)
class Row:
    """One line of the table that ProFTPD reads."""

    name: str
    site: str
    salt: str
    password: str
    uid: int
    gid: int
    home: str


def validated(params):
    """``params`` with checked names; raises ``ModuleError`` on a bad one."""
    return {**params, "name": object_name(KIND, params["name"]), "site": domain(params["site"])}


def run(params, check_mode):
    """Create or alter the account, or archive its definition and remove it; files are never touched.

    Returns:
        ``changed``, ``actions``, ``diff``, ``name``, ``site``, ``home`` (path on the server), ``operation_id``,
        ``replayed``; when absent ``archive``. Never the password.

    Raises:
        ModuleError: bad name, unknown site, or an account of another site.
    """
    params = validated(params)
    act = _present if params["state"] == "present" else _absent
    return perform(operation_of(KIND, params, ["site", "folder"]), check_mode, lambda: act(params, check_mode))


def accounts_of(site):
    """Names of the FTP accounts of ``site``; none where FTP is not set up."""
    there = "SELECT JSON_ARRAY(1) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'ftp' AND TABLE_NAME = 'accounts'"
    if not rows([there]):
        return []
    query = f"SELECT JSON_ARRAY(name) FROM ftp.accounts WHERE site = {literal(site)} ORDER BY name"
    return [row[0] for row in rows([query])]


def _present(params, check_mode):
    name, site = params["name"], params["site"]
    if not params["password"]:
        raise ModuleError(f"FTP account {name}: it needs a password")
    home = site_home(site) + FOLDERS[params["folder"]]
    present = _row(name)
    if present and present.site != site:
        raise ModuleError(f"FTP account {name} belongs to {present.site}; choose another name")
    user = pwd.getpwnam(require_site(site)["user"])
    steps = []
    if present is None or not _opens(present, params["password"]) or present.home != home or present.uid != user.pw_uid:
        salt = os.urandom(SALT_BYTES).hex()
        row = Row(name, site, salt, _hash(params["password"], salt), user.pw_uid, user.pw_gid, home)
        verb = "create" if present is None else "alter"
        steps.append((f"{verb} FTP account {name} of {site} in {home}", lambda: _store(row)))
    return carry_out(steps, check_mode, name=name, site=site, home=home)


def _store(row):
    execute([f"REPLACE {_into(row)}"], f"storing FTP account {row.name}")


def _absent(params, check_mode):
    name, site = params["name"], params["site"]
    present = _row(name)
    if present and present.site != site:
        raise ModuleError(f"FTP account {name} belongs to {present.site}, not to {site}; nothing was removed")
    steps = []
    if present:
        steps.append((f"archive and remove FTP account {name} of {site}", lambda: _remove(present)))
    return carry_out(steps, check_mode, name=name, site=site, archive=None)


def _remove(row):
    archive = archive_text(KIND, row.name, f"INSERT {_into(row)};\n")
    execute([f"DELETE FROM ftp.accounts WHERE name = {literal(row.name)}"], f"removing FTP account {row.name}")
    return {"archive": archive}


def _row(name):
    query = f"SELECT JSON_ARRAY({', '.join(COLUMNS)}) FROM ftp.accounts WHERE name = {literal(name)}"
    found = rows([query], "reading the FTP accounts")
    return Row(*found[0]) if found else None


def _into(row):
    values = (getattr(row, column) for column in COLUMNS)
    texts = [str(value) if isinstance(value, int) else literal(value) for value in values]
    return f"INTO ftp.accounts ({', '.join(COLUMNS)}) VALUES ({', '.join(texts)})"


def _opens(row, password):
    return hmac.compare_digest(row.password, _hash(password, row.salt))


def _hash(password, salt):
    return hashlib.pbkdf2_hmac("sha512", password.encode(), salt.encode(), ITERATIONS, HASH_BYTES).hex()

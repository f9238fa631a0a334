"""DKIM signing keys: made on the server, never leaving it, with the DNS record of each ready to publish."""

from __future__ import annotations

import os
import pwd
import re

from ansible_collections.infogere.hosting.plugins.module_utils._command import require
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._lock import change_lock
from ansible_collections.infogere.hosting.plugins.module_utils._transaction import make_directory, write_file

ARGUMENT_SPEC = {
    "domains": {"type": "list", "elements": "str", "required": True},
    "selector": {"type": "str", "required": True},
    "bits": {"type": "int", "default": 2048},
    "key_folder": {"type": "str", "required": True},
    "record_folder": {"type": "str", "required": True},
    "owner": {"type": "str", "required": True},
}
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN = re.compile(rf"({LABEL}\.)+{LABEL}")
SELECTOR = re.compile(rf"{LABEL}(\.{LABEL})*")
STRING_LIMIT = 255  # characters of one string of a TXT record (RFC 1035, 3.3)


def run(params, check_mode):
    """Make the keys and records that are missing.

    Returns:
        ``changed``, ``records`` ({domain: {name, value}} of the keys that exist), ``diff``.

    Raises:
        ModuleError: a domain or selector cannot stand in a path, or OpenSSL fails.
    """
    _refuse_bad_names(params)
    missing = _missing(params)
    if missing and not check_mode:
        with change_lock("dkim_keys"):
            _make(params)
    records = {domain: _record(params, domain) for domain in params["domains"] if os.path.exists(_key(params, domain))}
    phrases = [f"{kind} of {domain}" for domain, kind in missing]
    return {
        "changed": bool(missing),
        "records": records,
        "diff": {"before": "", "after": "".join(f"make the {phrase}\n" for phrase in phrases)},
    }


def _refuse_bad_names(params):
    if not SELECTOR.fullmatch(params["selector"]):
        raise ModuleError(f"selector: {params['selector']!r} is not a DNS name: use lower case letters and digits")
    for domain in params["domains"]:
        if not DOMAIN.fullmatch(domain):
            raise ModuleError(f"domains: {domain!r} is not a domain name: write it in lower case ASCII (punycode)")


def _missing(params):
    """``[(domain, "signing key" or "DNS record")]``."""
    missing = []
    for domain in params["domains"]:
        if not os.path.exists(_key(params, domain)):
            missing.append((domain, "signing key"))
        elif not _is_current(params, domain):
            missing.append((domain, "DNS record"))
    return missing


def _make(params):
    owner = pwd.getpwnam(params["owner"])
    # Read by the signing service through its group, written by root alone.
    make_directory(params["key_folder"], 0o750, 0, owner.pw_gid)
    make_directory(params["record_folder"], 0o755, 0, 0)
    for domain, kind in _missing(params):
        if kind == "signing key":
            size = f"rsa_keygen_bits:{params['bits']}"
            argv = ["openssl", "genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", size]
            key = require(argv, f"signing key of {domain}")
            write_file(_key(params, domain), key.encode(), 0o640, 0, owner.pw_gid)
        public = require(["openssl", "pkey", "-pubout", "-in", _key(params, domain)], f"public key of {domain}")
        text = zone_lines(params["selector"], domain, public)
        write_file(_record_path(params, domain), text.encode(), 0o644, 0, 0)


def zone_lines(selector, domain, public_key):
    """The TXT record for ``public_key`` (PEM), as lines of a zone file, split where DNS asks for it."""
    body = "".join(line for line in public_key.splitlines() if line and not line.startswith("-----"))
    value = f"v=DKIM1; k=rsa; p={body}"
    strings = [value[start : start + STRING_LIMIT] for start in range(0, len(value), STRING_LIMIT)]
    quoted = "\n".join(f'    "{string}"' for string in strings)
    return f"{selector}._domainkey.{domain}. IN TXT (\n{quoted} )\n"


def _is_current(params, domain):
    path = _record_path(params, domain)
    if not os.path.exists(path) or os.path.getmtime(path) < os.path.getmtime(_key(params, domain)):
        return False
    with open(path, encoding="ascii") as stream:
        return stream.readline().startswith(f"{params['selector']}._domainkey.{domain}. ")


def _record(params, domain):
    """``{name, value}`` of a record file."""
    with open(_record_path(params, domain), encoding="ascii") as stream:
        text = stream.read()
    return {"name": text.split(". ", 1)[0], "value": "".join(re.findall(r'"([^"]*)"', text))}


def _key(params, domain):
    return os.path.join(params["key_folder"], f"{domain}.{params['selector']}.key")


def _record_path(params, domain):
    return os.path.join(params["record_folder"], f"{domain}.txt")

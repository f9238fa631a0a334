"""Keep a certificate of an ACME server: obtained once by certbot, renewed by its timer, deployed by its hook."""

from __future__ import annotations

import os
import re

from ansible_collections.infogere.hosting.plugins.module_utils._command import attempt, attempt_while, last_words
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._lock import change_lock

ARGUMENT_SPEC = {
    "name": {"type": "str", "required": True},
    "hostnames": {"type": "list", "elements": "str", "required": True},
    "directory": {"type": "str", "required": True},
    "contact": {"type": "str", "default": ""},
    "ca_bundle": {"type": "path", "default": ""},
    "webroot": {"type": "path", "required": True},
    "deploy_hook": {"type": "path", "required": True},
    "deploy_folder": {"type": "path", "required": True},
}
CERTBOT_FOLDER = "/etc/letsencrypt"
RENEW_BEFORE = 30 * 86400  # seconds; certbot's own figure
PATIENCE = 300  # seconds
ANOTHER = "Another instance of Certbot is already running"
SAFE_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")


def run(params, check_mode):
    """Obtain the certificate where there is none for these names, and deploy it where it is not deployed.

    Returns:
        ``changed``, ``actions`` (of obtain and deploy), ``diff``.

    Raises:
        ModuleError: the ACME server refused (with its words), or the hook failed.
    """
    name = params["name"]
    if not SAFE_NAME.fullmatch(name):
        raise ModuleError(f"{name!r} cannot name a certificate; use lower case letters, digits, dot and dash")
    actions = _actions(params)
    if actions and not check_mode:
        with change_lock("acme_certificate"):
            actions = _actions(params)
            if "obtain" in actions:
                _obtain(params)
            if actions:
                _deploy(params)
    after = "".join(f"{action} {name}\n" for action in actions)
    return {"changed": bool(actions), "actions": actions, "diff": {"before": "", "after": after}}


def _actions(params):
    if not _good(params):
        return ["obtain", "deploy"]
    return [] if _deployed(params) else ["deploy"]


def _good(params):
    """True if certbot keeps a certificate from this directory, for exactly these names, that is not due."""
    certificate = os.path.join(_lineage(params), "fullchain.pem")
    if not os.path.exists(certificate) or _directory_of(params["name"]) != params["directory"]:
        return False
    command = [
        "openssl",
        "x509",
        "-noout",
        "-in",
        certificate,
        "-ext",
        "subjectAltName",
        "-checkend",
        str(RENEW_BEFORE),
    ]
    code, text = attempt(command)
    return code == 0 and set(re.findall(r"DNS:([^\s,]+)", text)) == {name.lower() for name in params["hostnames"]}


def _directory_of(name):
    """The ACME server that certbot renews ``name`` from; empty if none."""
    try:
        with open(os.path.join(CERTBOT_FOLDER, "renewal", f"{name}.conf"), encoding="utf-8") as handle:
            found = re.search(r"^server = (\S+)$", handle.read(), re.MULTILINE)
    except FileNotFoundError:
        return ""
    return found.group(1) if found else ""


def _deployed(params):
    pairs = [
        (os.path.join(params["deploy_folder"], name), os.path.join(_lineage(params), name))
        for name in ("fullchain.pem", "privkey.pem")
    ]
    return all(os.path.exists(there) and _read(there) == _read(here) for there, here in pairs)


def _obtain(params):
    contact = ["--email", params["contact"]] if params["contact"] else ["--register-unsafely-without-email"]
    names = [word for hostname in params["hostnames"] for word in ("--domain", hostname.lower())]
    code, text = _certbot(
        [
            "certbot",
            "certonly",
            "--non-interactive",
            "--agree-tos",
            "--keep-until-expiring",
            "--renew-with-new-domains",
            "--key-type",
            "ecdsa",
            "--server",
            params["directory"],
            "--webroot",
            "--webroot-path",
            params["webroot"],
            "--cert-name",
            params["name"],
            *contact,
            *names,
        ],
        {"REQUESTS_CA_BUNDLE": params["ca_bundle"]} if params["ca_bundle"] else None,
    )
    if code != 0:
        raise ModuleError(
            f"{params['directory']} gives no certificate for {', '.join(params['hostnames'])}: {_refusal(text)}; "
            "do these names lead to this server, and is its port 80 open? The certificate in use stays"
        )


def _certbot(argv, env):
    """Exit code and words of certbot, once no other certbot is at work: its timer renews twice a day."""
    return attempt_while(lambda code, text: code != 0 and ANOTHER in text, argv, PATIENCE, timeout=PATIENCE, env=env)


def _refusal(text):
    """What the ACME server said, without certbot's advice around it."""
    details = re.findall(r"^\s*Detail: (.+)$", text, re.MULTILINE)
    return " / ".join(dict.fromkeys(details)) or last_words(text)


def _deploy(params):
    environment = {"RENEWED_LINEAGE": _lineage(params), "RENEWED_DOMAINS": " ".join(params["hostnames"])}
    code, text = attempt([params["deploy_hook"]], timeout=PATIENCE, env=environment)
    if code != 0:
        raise ModuleError(f"{params['deploy_hook']}: {last_words(text)}")


def _lineage(params):
    return os.path.join(CERTBOT_FOLDER, "live", params["name"])


def _read(path):
    with open(path, "rb") as handle:
        return handle.read()

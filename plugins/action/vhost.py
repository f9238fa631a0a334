"""Render a site's files and issue its certificate here, work on the server: see the module's documentation."""

from __future__ import annotations

import base64
from pathlib import Path

from ansible_collections.infogere.hosting.plugins.module_utils._names import site_home, site_user
from ansible_collections.infogere.hosting.plugins.module_utils._site_tree import (
    PHP_VERSION_MARK,
    certificate_file,
    key_file,
)
from ansible_collections.infogere.hosting.plugins.plugin_utils.rendering import Renderer
from ansible_collections.infogere.hosting.plugins.plugin_utils.ticket_object import TicketObjectAction

TEMPLATES = Path(__file__).parents[2] / "roles" / "vhost" / "templates_extra"
SOURCES = {"nginx": "nginx-site.conf.j2", "apache": "apache-site.conf.j2", "pool": "php-pool.conf.j2"}
SERVER_NAMES = ("roundcube_host_name", "postfixadmin_host_name")

ACME_VARIABLES = ("directory", "contact", "ca_bundle")
# Where roles/nginx serves challenges from, and where roles/certificates puts certbot's hook.
ACME_WEBROOT = "/var/lib/infogere-web/acme"
ACME_HOOK = "/usr/local/libexec/infogere/deploy-certificate"


class ActionModule(TicketObjectAction):
    """Runs ``vhost`` over the fast path."""

    module = "vhost"
    can_dry_run = True

    def complete(self, params: dict, task_vars: dict) -> dict:
        if params["state"] == "absent":
            return params
        rendered = self._render(params, task_vars)
        # A check must not make the controller issue: it says nothing about the certificate.
        if params["certificate"] == "issued" and not self._task.check_mode:
            rendered |= _issue(task_vars["inventory_hostname"], params)
        packed = {name: base64.b64encode(content).decode() for name, content in rendered.items()}
        known = {"rendered": packed, "reserved_names": self._reserved(task_vars), "acme": self._acme(params, task_vars)}
        return {**params, **known}

    def _render(self, params: dict, task_vars: dict) -> dict[str, bytes]:
        site = params["name"]
        home = site_home(site)
        variables = {
            "domain": site,
            "aliases": params["aliases"],
            "user": site_user(site),
            "home": home,
            "docroot": f"{home}/htdocs",
            "php_version": PHP_VERSION_MARK,
            "tls": True,
            "tls_cert": certificate_file(site),
            "tls_key": key_file(site),
            "hsts": params["hsts"],
            "force_https": params["force_https"],
            "max_upload_mb": params["max_upload_mb"],
        }
        renderer = Renderer(self._templar, task_vars, [str(TEMPLATES)])
        return {name: renderer.render(TEMPLATES / source, variables) for name, source in SOURCES.items()}

    def _acme(self, params: dict, task_vars: dict) -> dict | None:
        """How the server reaches the ACME server, if there is one; as the role certificates tells it."""
        given = {name: self._templar.template(task_vars.get(f"acme_{name}", "")) for name in ACME_VARIABLES}
        if params["certificate"] != "issued" or not given["directory"]:
            return None
        return {**given, "webroot": ACME_WEBROOT, "deploy_hook": ACME_HOOK}

    def _reserved(self, task_vars: dict) -> list[str]:
        """Names under which the server itself answers."""
        server = task_vars["inventory_hostname"]
        named = [str(self._templar.template(task_vars[name])) for name in SERVER_NAMES if name in task_vars]
        return sorted({server, f"webmail.{server}", f"mailadmin.{server}", *named})


def _issue(server: str, params: dict) -> dict[str, bytes]:
    from infogere import pki, settings  # here: cryptography loads slowly, and only issuing needs it

    state_dir = settings.ensure_state_dir(settings.load())
    issued = pki.issue(state_dir, server, params["name"], [params["name"], *params["aliases"]])
    return {"fullchain": issued.fullchain.encode(), "privkey": issued.key.encode()}

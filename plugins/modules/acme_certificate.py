#!/usr/bin/python
# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""Entry point of ``acme_certificate`` for connections that cannot pipeline; the logic is in module_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
module: acme_certificate
author: infogere maintainers
version_added: "0.1.0"
short_description: keep a certificate of an ACME server on a server
description:
  - Has certbot obtain a certificate by the C(http-01) challenge where there is none for exactly these host names
    from this ACME server, or where the one that is there nears its end; then runs the hook that deploys it.
  - Renewal is C(certbot.timer)'s; it runs the same hook.
requirements:
  - certbot
  - openssl
extends_documentation_fragment:
  - infogere.hosting.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  name:
    description: Name of the certificate, V(server) for the server's own names or a site's domain.
    type: str
    required: true
  hostnames:
    description: DNS names for which the certificate is valid, all leading to this server.
    type: list
    elements: str
    required: true
  directory:
    description: Address of the ACME server's directory.
    type: str
    required: true
  contact:
    description: E-mail address that the ACME server may write to; empty for none.
    type: str
    default: ""
  ca_bundle:
    description: CA behind the ACME server's own HTTPS certificate, on the server; empty for the public ones.
    type: path
    default: ""
  webroot:
    description: Folder whose C(.well-known/acme-challenge) the web server shows on port 80.
    type: path
    required: true
  deploy_hook:
    description: Program that puts C($RENEWED_LINEAGE) to use and reloads the services.
    type: path
    required: true
  deploy_folder:
    description: Folder in which the hook leaves C(fullchain.pem) and C(privkey.pem).
    type: path
    required: true
seealso:
  - plugin: infogere.hosting.certificate
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Obtain the certificate of a site
  infogere.hosting.acme_certificate:
    name: example.org
    hostnames: [example.org, www.example.org]
    directory: https://acme-v02.api.letsencrypt.org/directory
    contact: hostmaster@example.net
    webroot: /var/lib/infogere-web/acme
    deploy_hook: /usr/local/libexec/infogere/deploy-certificate
    deploy_folder: /etc/infogere/tls/example.org
"""

RETURN = r"""
actions:
  description: What was done, of C(obtain) and C(deploy); in check mode what would be done.
  returned: success
  type: list
  elements: str
  sample: [obtain, deploy]
"""

from ansible_collections.infogere.hosting.plugins.module_utils._acme_certificate import ARGUMENT_SPEC, run
from ansible_collections.infogere.hosting.plugins.module_utils._entry import run_as_module


def main() -> None:
    run_as_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()

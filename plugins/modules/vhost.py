#!/usr/bin/python
# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""Entry point of ``vhost`` for connections that cannot pipeline; the logic is in module_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vhost
author: infogere maintainers
version_added: "0.1.0"
short_description: a web site with its own system user
description:
  - Creates the system user and folders of a site, its certificate, and its configuration in nginx, Apache and
    PHP-FPM; reloads the three and returns once the site answers. If one of them refuses the configuration, every file
    is put back.
  - The files are rendered, and the certificate is issued, on the controller.
options:
  name:
    description: The site's domain name; international names are converted to their C(xn--) form.
    type: str
    required: true
  aliases:
    description: Other domain names of the site.
    type: list
    elements: str
    default: []
  php_version:
    description:
      - PHP version of the site, such as V(8.2). Without it, the one the site has, or the newest on the
        server.
    type: str
  certificate:
    description:
      - V(issued) by the controller's certificate authority, or V(existing) where C(fullchain.pem) and
        C(privkey.pem) already are in C(/etc/infogere/tls/NAME/) on the server.
    type: str
    choices: [issued, existing]
    default: issued
  hsts:
    description: Tell browsers to come back by HTTPS alone.
    type: bool
    default: false
  force_https:
    description: Redirect visitors who come by HTTP.
    type: bool
    default: true
  max_upload_mb:
    description: Largest upload in MiB, 1 to 4096.
    type: int
    default: 64
  acme:
    description: How the server reaches an ACME server; filled in by the controller where C(acme_directory) is set.
    type: dict
  reserved_names:
    description: Names under which the server itself answers; filled in by the controller.
    type: list
    elements: str
    default: []
  rendered:
    description: The site's files in base64; filled in by the controller.
    type: dict
    default: {}
extends_documentation_fragment:
  - infogere.hosting.attributes
  - infogere.hosting.ticket_object
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details: Private keys are left out.
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Create a site
  infogere.hosting.vhost:
    name: shop.example.com
    aliases: [www.shop.example.com]
    operation_id: ticket-4711

- name: Archive and remove a site
  infogere.hosting.vhost:
    name: shop.example.com
    state: absent
"""

RETURN = r"""
user:
  description: The site's system user.
  returned: when O(state=present)
  type: str
  sample: site-shop-example-com-951623a
home:
  description: The site's folder on the server.
  returned: when O(state=present)
  type: str
  sample: /srv/www/shop.example.com
php_version:
  description: The PHP version that the site runs on.
  returned: when O(state=present)
  type: str
  sample: "8.2"
status:
  description: HTTP status of the site's first page.
  returned: when something changed
  type: int
  sample: 200
archive:
  description: Path on the server of the archive; none if there was nothing to archive.
  returned: when O(state=absent)
  type: str
  sample: /var/backups/infogere/archive/vhost/shop.example.com-20260302T090000Z.tar.zst
operation_id:
  description: The given operation id, or the one made from the request.
  returned: success
  type: str
  sample: ticket-4711
replayed:
  description: Whether the result is that of an earlier run of the same operation.
  returned: success
  type: bool
"""

from ansible_collections.infogere.hosting.plugins.module_utils._entry import run_as_module
from ansible_collections.infogere.hosting.plugins.module_utils._vhost import ARGUMENT_SPEC, run


def main() -> None:
    """Run the module."""
    run_as_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()

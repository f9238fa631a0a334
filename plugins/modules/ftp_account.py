#!/usr/bin/python
# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""Entry point of ``ftp_account`` for connections that cannot pipeline; the logic is in module_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ftp_account
author: infogere maintainers
version_added: "0.1.0"
short_description: an FTP account of one site
description:
  - Creates a virtual FTP user that acts as the site's system user and is shut into its folder, or removes it;
    files are never touched.
options:
  name:
    description: Login name, 1 to 32 lower-case letters, digits and underscores, a letter first.
    type: str
    required: true
  site:
    description: Domain of the site.
    type: str
    required: true
  folder:
    description: What the account sees as its root, the site's V(home) or its V(htdocs).
    type: str
    choices: [home, htdocs]
    default: home
extends_documentation_fragment:
  - infogere.hosting.attributes
  - infogere.hosting.ticket_object
  - infogere.hosting.ticket_password
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Create an FTP account
  infogere.hosting.ftp_account:
    name: shop_ftp
    site: shop.example.com
    operation_id: ticket-4714
"""

RETURN = r"""
actions:
  description: What was done (or would be, in check mode), in order; never a secret.
  returned: success
  type: list
  elements: str
home:
  description: The folder on the server that the account is shut into.
  returned: when O(state=present)
  type: str
  sample: /srv/www/shop.example.com
secret_file:
  description: Where the controller keeps the password, relative to its state folder; none if the task brought it.
  returned: success
  type: str
  sample: secrets/web1.example.com/ftp_account/shop_ftp
archive:
  description: Path on the server of the archive; none if there was nothing to archive.
  returned: when O(state=absent)
  type: str
  sample: /var/backups/infogere/archive/ftp_account/shop_ftp-20260302T090000Z.sql.zst
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
from ansible_collections.infogere.hosting.plugins.module_utils._ftp_account import ARGUMENT_SPEC, run


def main() -> None:
    """Run the module."""
    run_as_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()

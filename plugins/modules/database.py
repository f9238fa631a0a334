#!/usr/bin/python
# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""Entry point of ``database`` for connections that cannot pipeline; the logic is in module_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
module: database
author: infogere maintainers
version_added: "0.1.0"
short_description: an empty database for a customer
description:
  - Creates a utf8mb4 database in MariaDB, or dumps and drops it.
  - Databases that were not made by this module are never touched.
options:
  name:
    description: Name of the database, 1 to 64 lower-case letters, digits and underscores, a letter first.
    type: str
    required: true
  site:
    description: Domain of the site that it belongs to.
    type: str
extends_documentation_fragment:
  - infogere.hosting.attributes
  - infogere.hosting.ticket_object
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Create a database for a site
  infogere.hosting.database:
    name: shop
    site: shop.example.com
    operation_id: ticket-4712
"""

RETURN = r"""
actions:
  description: What was done (or would be, in check mode), in order; never a secret.
  returned: success
  type: list
  elements: str
archive:
  description: Path on the server of the archive; none if there was nothing to archive.
  returned: when O(state=absent)
  type: str
  sample: /var/backups/infogere/archive/database/shop-20260302T090000Z.sql.zst
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

from ansible_collections.infogere.hosting.plugins.module_utils._database import ARGUMENT_SPEC, run
from ansible_collections.infogere.hosting.plugins.module_utils._entry import run_as_module


def main() -> None:
    """Run the module."""
    run_as_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()

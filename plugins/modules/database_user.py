#!/usr/bin/python
# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""Entry point of ``database_user`` for connections that cannot pipeline; the logic is in module_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
module: database_user
author: infogere maintainers
version_added: "0.1.0"
short_description: a database account for databases of one site
description:
  - Creates an account in MariaDB with rights on databases made by M(infogere.hosting.database), all of one
    site, and on nothing else.
  - Accounts that were not made by this module are never touched.
options:
  name:
    description: Name of the account, 1 to 32 lower-case letters, digits and underscores, a letter first.
    type: str
    required: true
  databases:
    description: The databases that it may use; needed for V(present).
    type: list
    elements: str
    default: []
  privileges:
    description: V(owner) does everything inside the databases, V(read) reads them.
    type: str
    choices: [owner, read]
    default: owner
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
- name: Create an account whose password stays on the controller
  infogere.hosting.database_user:
    name: shop
    databases: [shop]
    operation_id: ticket-4713
"""

RETURN = r"""
actions:
  description: What was done (or would be, in check mode), in order; never a secret.
  returned: success
  type: list
  elements: str
host:
  description: Where the account may come from.
  returned: when O(state=present)
  type: str
  sample: localhost
secret_file:
  description: Where the controller keeps the password, relative to its state folder; none if the task brought it.
  returned: success
  type: str
  sample: secrets/web1.example.com/database_user/shop
archive:
  description: Path on the server of the archive; none if there was nothing to archive.
  returned: when O(state=absent)
  type: str
  sample: /var/backups/infogere/archive/database_user/shop-20260302T090000Z.sql.zst
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

from ansible_collections.infogere.hosting.plugins.module_utils._database_user import ARGUMENT_SPEC, run
from ansible_collections.infogere.hosting.plugins.module_utils._entry import run_as_module


def main() -> None:
    """Run the module."""
    run_as_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()

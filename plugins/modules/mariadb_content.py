#!/usr/bin/python
# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""Entry point of ``mariadb_content`` for connections that cannot pipeline; the logic is in module_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mariadb_content
author: infogere maintainers
version_added: "0.1.0"
short_description: bring MariaDB's databases, accounts and privileges to what is declared
description:
  - Creates the declared databases (utf8mb4), accounts and privileges, and imports a first schema into a
    database that has none.
  - Removes anonymous accounts, accounts of root from elsewhere and the empty test schema; root is admitted
    by the unix socket alone.
  - Speaks to MariaDB as root over the unix socket; statements travel on standard input, passwords only as hashes.
  - The privileges of a declared account become exactly the declared ones; accounts and databases
    that are not declared are left alone.
options:
  databases:
    description: The databases to have, with their accounts.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the database.
        type: str
        required: true
      schema:
        description: A schema to import once. An import that was killed half-way is cleared and made again.
        type: dict
        suboptions:
          unless_table:
            description: The table whose presence means that the schema is there.
            type: str
            required: true
          file:
            description: Path on the server of a file with SQL statements.
            type: str
          statements:
            description: The SQL statements themselves, instead of a file.
            type: str
      users:
        description: Accounts that use the database.
        type: list
        elements: dict
        default: []
        suboptions:
          name:
            description: Name of the account.
            type: str
            required: true
          host:
            description: Where the account may come from.
            type: str
            default: localhost
          password:
            description: Its password; compared by its hash, rewritten only if different.
            type: str
            required: true
          privileges:
            description:
              - Lists of privileges by target, V(database.*) or V(database.table). V(ALL) stands for everything that an
                owner does inside a database, without the right to grant.
            type: dict
            default: {}
requirements:
  - Python 3.11 and MariaDB 10.11 or later on the server
extends_documentation_fragment:
  - infogere.hosting.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Make the database of the mail service
  infogere.hosting.mariadb_content:
    databases:
      - name: mail
        schema:
          unless_table: admin
          file: /usr/share/example/mysql.sql
        users:
          - name: postfix
            password: "{{ lookup('infogere.hosting.secret', 'postfix_database') }}"
            privileges:
              mail.*: [SELECT]
"""

RETURN = r"""
actions:
  description: What was done (or would be, in check mode), in order; never a secret.
  returned: always
  type: list
  elements: str
  sample: [create database mail, create user postfix@localhost]
"""

from ansible_collections.infogere.hosting.plugins.module_utils._entry import run_as_module
from ansible_collections.infogere.hosting.plugins.module_utils._mariadb_content import ARGUMENT_SPEC, run


def main() -> None:
    """Run the module."""
    run_as_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()

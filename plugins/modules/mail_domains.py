#!/usr/bin/python
# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""Entry point of ``mail_domains`` for connections that cannot pipeline; the logic is in module_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mail_domains
author: infogere maintainers
version_added: "0.1.0"
short_description: domains of the mail panel and the one administrator of each
description:
  - Brings PostfixAdmin's schema to what its program expects, by its own upgrade.
  - Makes the declared domains with their limits, and gives each to its one administrator and nobody else (A-4.4-1).
  - Never makes, changes or removes a mailbox or an alias (A-4.4-2). Domains that are not declared are left alone.
  - A password is set when the administrator is made and when O(passwords) changes; one that the customer chose in
    the panel meanwhile stays.
options:
  database:
    description: PostfixAdmin's database.
    type: str
    default: mail
  upgrade_script:
    description: Path on the server of PostfixAdmin's C(upgrade.php).
    type: str
    required: true
  domains:
    description: Domains to have.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the domain, in lower case ASCII.
        type: str
        required: true
      admin:
        description: Login of its administrator, a mail address; one may have several domains.
        type: str
        required: true
      mailboxes:
        description: Most mailboxes; 0 is no limit.
        type: int
        default: 0
      aliases:
        description: Most aliases; 0 is no limit.
        type: int
        default: 0
      mailbox_quota_mb:
        description: Largest mailbox, in MB; 0 is no limit.
        type: int
        default: 0
      quota_mb:
        description: Room of all mailboxes together, in MB; 0 is no limit.
        type: int
        default: 0
      active:
        description: Whether mail is taken for the domain and its mailboxes can log in.
        type: bool
        default: true
  passwords:
    description: The password to hand over to each administrator.
    type: dict
    default: {}
  password_cost:
    description: Cost of the bcrypt hash; each step doubles the work.
    type: int
    default: 10
  password_accounts:
    description:
      - MariaDB accounts (at localhost) that may change the passwords of mailboxes, such as the webmail's. One that
        does not exist is passed over.
    type: list
    elements: str
    default: []
requirements:
  - Python 3.11, MariaDB, PHP and PostfixAdmin 3.3 on the server
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
- name: Give a domain to its administrator
  infogere.hosting.mail_domains:
    upgrade_script: /usr/share/postfixadmin/public/upgrade.php
    domains:
      - name: example.com
        admin: postmaster@example.com
        mailboxes: 50
        quota_mb: 10240
    passwords:
      postmaster@example.com: "{{ lookup('infogere.hosting.secret', 'mail_administrator/postmaster@example.com') }}"
"""

RETURN = r"""
actions:
  description: What was done (or would be, in check mode), in order; never a secret.
  returned: always
  type: list
  elements: str
  sample: [make domain example.com, give example.com to postmaster@example.com]
"""

from ansible_collections.infogere.hosting.plugins.module_utils._entry import run_as_module
from ansible_collections.infogere.hosting.plugins.module_utils._mail_domains import ARGUMENT_SPEC, run


def main() -> None:
    """Run the module."""
    run_as_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()

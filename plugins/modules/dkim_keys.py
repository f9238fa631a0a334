#!/usr/bin/python
# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""Entry point of ``dkim_keys`` for connections that cannot pipeline; the logic is in module_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dkim_keys
author: infogere maintainers
version_added: "0.1.0"
short_description: make DKIM signing keys on the server, and the DNS records to publish
description:
  - Makes an RSA key for each domain that has none. The key is made on the server and never leaves it.
  - Leaves the DNS record of each key, ready to publish, as lines of a zone file in O(record_folder).
  - Never removes or replaces a key; a new O(selector) makes new keys beside the old ones.
options:
  domains:
    description: Names of the domains, in lower case ASCII.
    type: list
    elements: str
    required: true
  selector:
    description: Name of the keys in DNS, as in C(SELECTOR._domainkey.DOMAIN).
    type: str
    required: true
  bits:
    description: Length of new keys, in bits.
    type: int
    default: 2048
  key_folder:
    description: Folder of the keys, C(DOMAIN.SELECTOR.key).
    type: str
    required: true
  record_folder:
    description: Folder of the records, C(DOMAIN.txt).
    type: str
    required: true
  owner:
    description: System user of the signing service; the keys are readable by its group.
    type: str
    required: true
requirements:
  - Python 3.11 and OpenSSL 3 on the server
attributes:
  check_mode:
    description: Can run in check mode and tell what would change.
    support: full
  diff_mode:
    description: Lists what is made, without keys.
    support: full
  idempotent:
    description: A second run changes nothing.
    support: full
"""

EXAMPLES = r"""
- name: Make signing keys
  infogere.hosting.dkim_keys:
    domains: [example.com]
    selector: infogere
    key_folder: /var/lib/rspamd/dkim
    record_folder: /etc/infogere/dkim
    owner: _rspamd
"""

RETURN = r"""
records:
  description: For each domain that has a key, the C(name) and C(value) of the TXT record to publish.
  returned: always
  type: dict
  sample: {example.com: {name: infogere._domainkey.example.com, value: "v=DKIM1; k=rsa; p=MIIB"}}
"""

from ansible_collections.infogere.hosting.plugins.module_utils._dkim_keys import ARGUMENT_SPEC, run
from ansible_collections.infogere.hosting.plugins.module_utils._entry import run_as_module


def main() -> None:
    """Run the module."""
    run_as_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()

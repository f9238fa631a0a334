#!/usr/bin/python
# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""What ``acceptance`` asks the server; the action plugin of the same name judges it and looks from outside."""

from __future__ import annotations

DOCUMENTATION = r"""
module: acceptance
author: infogere maintainers
version_added: "0.1.0"
short_description: check that a server can be handed over
description:
  - Checks that the server is connected to the Internet with one fixed IP address, that its services run and answer,
    that its certificate is valid, and that what was ordered beside the level is done by something that runs.
  - Services and address are asked on the server; ports and certificates are tried from the controller, as users do.
  - Fails with the name of every check that did not pass.
extends_documentation_fragment:
  - infogere.hosting.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: N/A
    details: Nothing is changed.
  idempotent:
    support: full
options:
  units:
    description: Units as M(infogere.hosting.service_set) takes them; those that are to be started must run.
    type: list
    elements: dict
    default: []
  reachable:
    description: TCP ports that must answer from outside, as the role firewall takes them; ranges are left out.
    type: list
    elements: dict
    default: []
  ordered:
    description: Options of the order form that are on.
    type: list
    elements: str
    default: []
  options:
    description: For each option, the units that do it.
    type: dict
    default: {}
  stack:
    description: Whether the provider runs services on the server. Then there must be units.
    type: bool
    default: false
  address:
    description:
      - The fixed IP address that was promised. Without it the server's own is taken, unless it was lent for a time.
    type: str
    default: ""
  log_in:
    description: Whether the server is asked. A private cloud is only looked at from outside.
    type: bool
    default: true
seealso:
  - module: infogere.hosting.delivery_note
"""

EXAMPLES = r"""
- name: Check that the server can be handed over
  infogere.hosting.acceptance:
    units:
      - name: nginx
    reachable:
      - ports: [80, 443]
        protocol: tcp
    ordered: [antispam]
    options:
      antispam: [rspamd]
    stack: true
"""

RETURN = r"""
checks:
  description: Each check, by name, with whether it passed and what was seen.
  returned: always
  type: list
  elements: dict
  sample:
    - name: fixed-address
      passed: true
      seen: 192.0.2.10
address:
  description: The server's address.
  returned: always
  type: str
  sample: 192.0.2.10
"""

from ansible_collections.infogere.hosting.plugins.module_utils._acceptance import ARGUMENT_SPEC, run
from ansible_collections.infogere.hosting.plugins.module_utils._entry import run_as_module


def main() -> None:
    run_as_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()

# Runs on the controller alone: the code is the action plugin of the same name.

DOCUMENTATION = r"""
---
module: delivery_note
author: infogere maintainers
version_added: "0.1.0"
short_description: send the delivery note of a server
description:
  - Writes the delivery note to the contacts of the order form and of the customer, and sends it through the mail server
    that C(smtp_url) in C([infogere]) of C(ansible.cfg) names.
  - The first acceptance by a mail server is the commissioning date. It goes into the SLA record with the checks, and
    the basis of the contract's guarantees is written.
  - A note that a mail server has accepted is not sent again, whatever happened after it.
  - In check mode nothing is written or sent.
options:
  checks:
    description: What was checked before, as M(infogere.hosting.acceptance) returns it.
    type: list
    elements: dict
    required: true
  address:
    description: The server's fixed IP address.
    type: str
    required: true
attributes:
  check_mode:
    description: Says to whom the note would go.
    support: full
  diff_mode:
    description: Nothing changes on a server.
    support: none
  idempotent:
    description: The note is sent once.
    support: full
seealso:
  - module: infogere.hosting.acceptance
"""

EXAMPLES = r"""
- name: Check the server
  infogere.hosting.acceptance:
  register: accepted

- name: Send the delivery note
  infogere.hosting.delivery_note:
    checks: "{{ accepted.checks }}"
    address: "{{ accepted.address }}"
"""

RETURN = r"""
commissioned:
  description: When a mail server accepted the note, UTC.
  returned: not in check mode
  type: str
  sample: "2026-11-23T11:00:02+00:00"
notice:
  description: Id of the notice.
  returned: not in check mode
  type: str
  sample: N-3f9a01c2d4e55a10
recipients:
  description: To whom it goes.
  returned: always
  type: list
  elements: str
"""

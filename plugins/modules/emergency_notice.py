# Runs on the controller alone: the code is the action plugin of the same name.

DOCUMENTATION = r"""
---
module: emergency_notice
author: infogere maintainers
version_added: "0.1.0"
short_description: inform a customer of emergency work before it begins
description:
  - Work outside the maintenance window is allowed in an emergency, provided that the customer is informed as soon as
    possible. This task writes the notice and hands it to the mail server before anything is changed.
  - Of updates there is one notice for each contract, which names all of its servers in this play that have a plan; of
    changes to the configuration likewise, which names those that the play has not left alone. Of a reboot there is one
    for each server. A run that starts again on the same day for the same finds it, and sends nothing.
  - If the mail server does not answer, the notice waits in the outbox and the run goes on, with a warning.
  - If nobody has a mail address, or no mail server is set, the run goes on with a warning.
options:
  about:
    description: What is about to happen.
    type: str
    required: true
    choices: [updates, reboot, configuration]
  decision:
    description: Number of the entry that allowed it, as M(infogere.hosting.gate) returns it.
    type: int
    required: true
  reason:
    description: Why it cannot wait, in one line; the customer reads it.
    type: str
    required: true
attributes:
  check_mode:
    description: Says who would be informed.
    support: full
  diff_mode:
    description: Nothing changes on a server.
    support: none
  idempotent:
    description: A notice of the same work is sent once.
    support: full
seealso:
  - module: infogere.hosting.gate
"""

EXAMPLES = r"""
- name: Ask the contract
  infogere.hosting.gate:
    action: patch-critical
    emergency: CVE-2026-1234 is exploited
  register: answer

- name: Inform the customer of the emergency
  infogere.hosting.emergency_notice:
    about: updates
    decision: "{{ answer.seq }}"
    reason: "{{ answer.emergency }}"
  when: answer.emergency | length > 0
"""

RETURN = r"""
msg:
  description: Who is informed, in one line.
  returned: when a mail server has taken the notice, and in check mode
  type: str
  sample: "web1.example.com: ada@example.com is informed of the emergency by notice N-3f9a01c2d4e55a10"
notice:
  description: Id of the notice.
  returned: when somebody can be informed, not in check mode
  type: str
  sample: N-3f9a01c2d4e55a10
accepted:
  description: Whether a mail server has taken it for anybody.
  returned: when somebody can be informed, not in check mode
  type: bool
  sample: true
"""

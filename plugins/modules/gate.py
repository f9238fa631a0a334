# The controller decides: the code is the action plugin of the same name.

DOCUMENTATION = r"""
---
module: gate
short_description: Ask the contract whether an action may start
version_added: 0.1.0
description:
  - Decides for the host from its variables C(order_form) and C(customer), its groups, the provider's calendar
    and its state in the SLA record.
  - Writes every decision, allowed or refused, into the SLA record before anything is done.
    If the record cannot be written, the task fails, so that nothing is done undecided.
  - A refused host is not failed. The task after this one ends its part of the play, as in the example,
    and the reason is shown as a warning.
  - A host without an order form, or with a faulty one, fails.
    That is an error of the inventory and not the contract's answer.
  - Runs on the controller, also for servers that do not answer, and in check mode, where the entry says so.
author:
  - infogere maintainers (@infogere)
options:
  action:
    description:
      - What the playbook is about to do, for example V(converge), V(patch-minor) or V(provision-vhost).
        C(infogere may --help) lists all actions.
    type: str
    required: true
  emergency:
    description:
      - Why it cannot wait for the maintenance window, in one line.
        The decision is marked as an emergency, and the customer is to be informed as soon as possible.
      - Without it, the variable C(gate_emergency).
    type: str
  agreement:
    description:
      - Reference of the customer's order, quote or ticket, for actions that need its agreement.
      - Without it, the variable C(gate_agreement).
    type: str
  notified:
    description:
      - When the customer was told of a bandwidth reduction. ISO 8601, in the contract's zone unless it has an offset.
    type: str
  expected_duration:
    description:
      - How long the action takes, in seconds. It must be able to end inside the window.
    type: int
    default: 0
  strict:
    description:
      - Fail a refused host instead of leaving it to the next task.
      - Without it, the variable C(gate_strict); without that, V(false).
    type: bool
attributes:
  check_mode:
    description: Can run in check mode; the entry says so.
    support: full
  diff_mode:
    description: Shows differences. Nothing changes on a server.
    support: none
"""

EXAMPLES = r"""
- name: Ask the contract
  infogere.hosting.gate:
    action: patch-minor
  register: __patch_gate

- name: Leave a refused server alone
  ansible.builtin.meta: end_host
  when: __patch_gate.refused
"""

RETURN = r"""
refused:
  description: Whether the contract refuses the action now.
  returned: always
  type: bool
clause:
  description: Id of the clause that refuses the action, or that provides for it.
  returned: always
  type: str
  sample: A-L4-11
reason:
  description: Why, in one line.
  returned: always
  type: str
  sample: outside working days and hours; wait for the next opening, or give an emergency's reason
next_opening:
  description:
    - Earliest instant at which it would be allowed, ISO 8601.
    - Null if it is allowed now, or if waiting does not help.
  returned: always
  type: str
  sample: "2026-12-28T09:00:00+01:00"
duties:
  description: What an allowed action obliges to, each with its clause.
  returned: always
  type: list
  elements: str
  sample: ["inform the customer as soon as possible (A-L4-12)"]
seq:
  description: Number of the decision's entry in the record.
  returned: always
  type: int
  sample: 42
works:
  description: Id of the announced works that the action is allowed in; empty for an action that needs none.
  returned: always
  type: str
  sample: W-20261123-3f9a01
emergency:
  description: The emergency's reason, where that is what allowed the action; the customer is then to be informed.
  returned: always
  type: str
  sample: CVE-2026-1234 is exploited
"""

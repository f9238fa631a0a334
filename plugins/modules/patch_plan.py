# The controller plans: the code is the action plugin of the same name.

DOCUMENTATION = r"""
---
module: patch_plan
short_description: Judge a server's pending updates and freeze what a window may apply
version_added: 0.1.0
description:
  - C(consider) says whether any window will ever apply updates to the host, by its level and its state.
  - C(freeze) judges each pending update by its version components, leaves out what needs the customer's consent with
    everything that cannot come without it, writes the plan with its digest into the state folder,
    and an entry into the SLA record.
  - C(take) returns the frozen plan of the host, and fails if it was altered since.
  - C(done) writes into the SLA record what a run did with the plan.
  - Runs on the controller and changes nothing on a server.
author:
  - infogere maintainers (@infogere)
options:
  event:
    description:
      - What to do.
    type: str
    required: true
    choices: [consider, freeze, take, done]
  pending:
    description:
      - Result of M(infogere.hosting.pending_updates). Required for O(event=freeze).
    type: dict
  digest:
    description:
      - Digest, or its beginning, of the plan that is expected; any plan without it.
    type: str
    default: ""
  security:
    description:
      - With O(event=freeze), plan nothing but security fixes and what they need.
      - With O(event=take), refuse a plan that has anything else.
    type: bool
    default: false
  done:
    description:
      - Result of M(infogere.hosting.update_set). Required for O(event=done).
    type: dict
attributes:
  check_mode:
    description: Can run in check mode, and does the same.
    support: full
  diff_mode:
    description: Shows differences. Nothing changes on a server.
    support: none
"""

EXAMPLES = r"""
- name: Look at the pending updates
  infogere.hosting.pending_updates:
    refresh: true
  register: __patch_pending

- name: Freeze what a window may apply
  infogere.hosting.patch_plan:
    event: freeze
    pending: "{{ __patch_pending }}"
"""

RETURN = r"""
refused:
  description: Whether no window will ever apply updates to the host as it stands.
  returned: event is consider
  type: bool
plan:
  description: Name of the plan.
  returned: event is freeze or take
  type: str
  sample: p20261123T051400
digest:
  description: SHA-256 over the canonical JSON of the plan.
  returned: event is freeze or take
  type: str
changes:
  description: What is planned, as M(infogere.hosting.update_set) takes it.
  returned: event is freeze or take
  type: list
  elements: dict
  sample: [{package: libssl3, installed: 3.0.20-1~deb12u2, candidate: 3.0.22-1~deb12u2}]
refused_packages:
  description: Names of the packages that are left out.
  returned: event is freeze or take
  type: list
  elements: str
agreements:
  description: Proposals to which the customer agreed and that the plan rests on.
  returned: event is freeze or take
  type: list
  elements: str
services:
  description: Running services that use files of what is planned.
  returned: event is freeze or take
  type: list
  elements: str
reboot:
  description: Whether what is planned needs a reboot.
  returned: event is freeze or take
  type: bool
"""

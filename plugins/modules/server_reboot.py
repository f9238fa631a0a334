#!/usr/bin/python
# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""Entry point of ``server_reboot`` for connections that cannot pipeline; the action plugin does the waiting."""

from __future__ import annotations

DOCUMENTATION = r"""
module: server_reboot
author: infogere maintainers
version_added: "0.1.0"
short_description: reboot a server once for everything that waits for it
description:
  - Says what waits for a reboot. That is a newer kernel than the one that runs, packages that left their mark in
    C(/run/reboot-required), services that run replaced code and cannot be restarted.
  - Reboots the server, waits until it runs another boot and every health check of C(/etc/infogere/health.json) answers.
  - Waits for another change of the server, such as an update, instead of cutting it off.
  - A controller that dies meanwhile is no loss. The next call finds that the reboot has happened, and completes it in
    the works that it was begun in. What still waits then is rebooted for as usual.
  - Writes into the SLA record what asked for the reboot, kernel and boot before and after, and the seconds until
    everything answered. Closes the announced works when all of their servers have been rebooted.
extends_documentation_fragment:
  - infogere.hosting.attributes
attributes:
  check_mode:
    support: full
    details: Says what waits; reboots nothing.
  diff_mode:
    support: none
  idempotent:
    support: full
    details: A server for which nothing waits is left alone.
options:
  event:
    description:
      - V(look) says what waits; V(reboot) reboots for it.
      - V(boot), V(cancel) and V(forget) are parts of V(reboot) and of no use alone.
    type: str
    default: look
    choices: [look, reboot, boot, cancel, forget]
  patience:
    description: Seconds that the server has to come back.
    type: int
    default: 600
  health_patience:
    description: Seconds that its services then have to answer.
    type: int
    default: 120
  works:
    description: Id of the announced works that it happens in, as M(infogere.hosting.gate) returns it; empty for none.
    type: str
    default: ""
  decision:
    description: Number of the entry that allowed it, as M(infogere.hosting.gate) returns it.
    type: int
  keep_works_open:
    description: Other work follows in the same works, which somebody closes later.
    type: bool
    default: false
seealso:
  - module: infogere.hosting.gate
"""

EXAMPLES = r"""
- name: Ask what waits for a reboot
  infogere.hosting.server_reboot:
  register: waiting

- name: Reboot for it
  infogere.hosting.server_reboot:
    event: reboot
  when: waiting.pending
"""

RETURN = r"""
pending:
  description: Whether anything waits for a reboot.
  returned: success
  type: bool
  sample: true
packages:
  description: What asked for it, C(unknown) where the mark names none.
  returned: success
  type: list
  elements: str
  sample: [linux-image-6.1.0-28-amd64]
services:
  description: Services that run replaced code and cannot be restarted.
  returned: success
  type: list
  elements: str
  sample: [dbus]
kernel:
  description: The kernel that runs.
  returned: success
  type: str
  sample: 6.1.0-27-amd64
kernel_next:
  description: The kernel that would run after a reboot; empty if it is the same.
  returned: success
  type: str
  sample: 6.1.0-28-amd64
boot:
  description: Names the present boot.
  returned: success
  type: str
  sample: 0f0c9d8e-1b7a-4f6e-9a60-2f7f6f1d2c33.12
up_since:
  description: When everything had started after this boot, seconds since 1970; 0 if it has not yet.
  returned: success
  type: int
  sample: 1764345600
begun:
  description: A reboot that has happened and is not on record yet, as it was noted before it; none without one.
  returned: success
  type: dict
seconds:
  description: For how long the server did not answer.
  returned: after a reboot
  type: int
  sample: 34
msg:
  description: What was done, in one line.
  returned: success
  type: str
  sample: rebooted in 34 s for linux-image-6.1.0-28-amd64
"""

from ansible_collections.infogere.hosting.plugins.module_utils._entry import run_as_module
from ansible_collections.infogere.hosting.plugins.module_utils._server_reboot import ARGUMENT_SPEC, run


def main() -> None:
    run_as_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()

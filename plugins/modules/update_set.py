#!/usr/bin/python
# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""Entry point of ``update_set`` for connections that cannot pipeline; the logic is in module_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
module: update_set
author: infogere maintainers
version_added: "0.1.0"
short_description: apply exactly a frozen set of updates, or go back
description:
  - Refuses a set that is not what APT would do now, because a version, the archives or the server have changed since.
  - Refuses to begin while a service does not work.
  - Refuses to begin where a disk is too small for the update and its way back.
  - Keeps the previous packages, C(/etc) and the marks of APT; installs pinned versions, first what belongs to no
    running service, then each service with what it needs, in a transaction of its own.
  - Lets services run on while their packages are replaced, and restarts each once, after its own part; then what
    needrestart names.
  - If a transaction fails, or a service does not work after it, the previous packages and C(/etc) are put back.
  - Measures for how long each service did not answer.
  - Goes on when the connection or the controller is lost. The next call with the same plan returns the result.
extends_documentation_fragment:
  - infogere.hosting.attributes
  - infogere.hosting.checks
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
requirements:
  - python3-apt on the server
options:
  plan:
    description: Name of the plan.
    type: str
    required: true
  digest:
    description: SHA-256 of the plan, in hex. The same plan is applied once.
    type: str
    required: true
  changes:
    description: What to change.
    type: list
    elements: dict
    required: true
    suboptions:
      package:
        description: Name of the package, with C(:architecture) for a foreign one.
        type: str
        required: true
      installed:
        description: Version that is there now; none for a new package.
        type: str
      candidate:
        description: Version that is to be there; none for a removal.
        type: str
  health_patience:
    description: Seconds that services have to answer after the update.
    type: int
    default: 120
seealso:
  - module: infogere.hosting.pending_updates
  - module: infogere.hosting.patch_plan
"""

EXAMPLES = r"""
- name: Apply the plan
  infogere.hosting.update_set:
    plan: "{{ __patch_plan.plan }}"
    digest: "{{ __patch_plan.digest }}"
    changes: "{{ __patch_plan.changes }}"
  register: __patch_done
"""

RETURN = r"""
outcome:
  description:
    - V(ok), all services work with the new versions; V(rolled-back), they work with the previous ones again;
      V(failed), something is still wrong.
  returned: success
  type: str
  sample: ok
message:
  description: What went wrong; empty if nothing did.
  returned: success
  type: str
changes:
  description: Packages with their versions before and after; null where there is none.
  returned: success
  type: list
  elements: dict
  sample: [{package: libssl3, before: 3.0.20-1~deb12u2, after: 3.0.22-1~deb12u2}]
interruptions:
  description: Services that did not answer for a while, since when (UTC), and for how many seconds, rounded up.
  returned: success
  type: list
  elements: dict
  sample: [{service: nginx, began: "2026-11-23T09:00:00Z", seconds: 1}]
restarted:
  description: Services that were restarted because they ran replaced code.
  returned: success
  type: list
  elements: str
reboot:
  description: Whether the server waits for a reboot.
  returned: success
  type: bool
replayed:
  description: Whether the plan had been applied before; then the stored result is returned.
  returned: success
  type: bool
"""

from ansible_collections.infogere.hosting.plugins.module_utils._entry import run_as_module
from ansible_collections.infogere.hosting.plugins.module_utils._update_set import ARGUMENT_SPEC, run


def main() -> None:
    run_as_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()

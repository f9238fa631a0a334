#!/usr/bin/python
# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""Entry point of ``pending_updates`` for connections that cannot pipeline; the logic is in module_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
module: pending_updates
author: infogere maintainers
version_added: "0.1.0"
short_description: say what an upgrade would do to a server, without doing it
description:
  - Simulates C(apt-get dist-upgrade) with APT's own solver and returns the whole transaction, new dependencies,
    removals and held packages included.
  - Works with the package lists that are on the server, or fetches them first.
  - Changes nothing and takes no lock.
extends_documentation_fragment:
  - infogere.hosting.attributes
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
  refresh:
    description: Whether to fetch the package lists before. Every archive must answer. Not done in check mode.
    type: bool
    default: false
seealso:
  - module: infogere.hosting.patch_plan
    description: Judges the transaction and freezes what a window may apply.
"""

EXAMPLES = r"""
- name: Look at the pending updates with fresh lists
  infogere.hosting.pending_updates:
    refresh: true
  register: pending
"""

RETURN = r"""
changes:
  description:
    - Members of the transaction, sorted by package. RV(ignore:installed) is null for a new package,
      RV(ignore:candidate) for a removal.
    - RV(ignore:needs) names the changes that must come with this one; RV(ignore:relatives) the installed packages whose
      name differs from a new one's in numbers alone; RV(ignore:services) the running services that use its files.
    - RV(ignore:download_bytes) and RV(ignore:disk_bytes) are in bytes; the latter is negative where room is made.
  returned: success
  type: list
  elements: dict
  sample:
    - package: libssl3
      installed: 3.0.20-1~deb12u2
      candidate: 3.0.22-1~deb12u2
      archive: {label: Debian-Security, suite: stable-security, site: deb.debian.org}
      security: true
      download_bytes: 2031000
      disk_bytes: 4096
      needs: []
      services: [ssh]
      relatives: []
held:
  description: Newer versions that the transaction leaves out, on hold or not installable with the rest.
  returned: success
  type: list
  elements: dict
  sample: [{package: nginx, installed: 1.22.1-9, candidate: 1.22.1-9+deb12u1, why: hold, security: false}]
broken:
  description: Installed packages whose dependencies are not met; then no transaction is made.
  returned: success
  type: list
  elements: str
lists_from:
  description: When the newest package list was made, in seconds since 1970; 0 if there is none.
  returned: success
  type: int
download_bytes:
  description: Sum of what would be fetched, in bytes.
  returned: success
  type: int
reboot:
  description: Whether the transaction brings a kernel or microcode, which only a reboot puts to work.
  returned: success
  type: bool
reboot_pending:
  description: Whether the server waits for a reboot already.
  returned: success
  type: bool
"""

from ansible_collections.infogere.hosting.plugins.module_utils._entry import run_as_module
from ansible_collections.infogere.hosting.plugins.module_utils._pending_updates import ARGUMENT_SPEC, run


def main() -> None:
    run_as_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()

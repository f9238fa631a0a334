#!/usr/bin/python
# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""Entry point of ``server_facts`` for connections that cannot pipeline; the logic is in module_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
module: server_facts
author: infogere maintainers
version_added: "0.1.0"
short_description: read the few facts that the roles use
description:
  - Sets C(ansible_facts) under the names that M(ansible.builtin.setup) uses, in a fraction of its time, because
    only what the roles of this collection use is read.
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
options: {}
seealso:
  - module: ansible.builtin.setup
"""

EXAMPLES = r"""
- name: Look at the server
  infogere.hosting.server_facts:

- name: Say what it is
  ansible.builtin.debug:
    msg: "Debian {{ ansible_facts['distribution_version'] }}, {{ ansible_facts['memtotal_mb'] }} MiB"
"""

RETURN = r"""
ansible_facts:
  description: Facts about the server.
  returned: success
  type: dict
  contains:
    distribution:
      description: Name of the operating system.
      returned: success
      type: str
      sample: Debian
    distribution_release:
      description: Code name of its release.
      returned: success
      type: str
      sample: bookworm
    distribution_major_version:
      description: Major version of its release.
      returned: success
      type: str
      sample: "12"
    distribution_version:
      description: Full version of its release.
      returned: success
      type: str
      sample: "12.15"
    memtotal_mb:
      description: Memory that the server may use, in MiB; the limit of its control group where that is lower.
      returned: success
      type: int
      sample: 7936
    processor_vcpus:
      description: Processors that the server may use.
      returned: success
      type: int
      sample: 4
    virtualization_type:
      description: V(container) in any container, V(none) on bare metal, else the kind of virtual machine.
      returned: success
      type: str
      sample: kvm
    hostname:
      description: First part of the server's own name.
      returned: success
      type: str
      sample: web1
    fqdn:
      description: The server's own name, as it has it.
      returned: success
      type: str
      sample: web1.example.com
    default_ipv4:
      description: Interface and address of the default route; empty without one.
      returned: success
      type: dict
      contains:
        interface:
          description: Name of the interface.
          returned: with a default route
          type: str
          sample: eth0
        address:
          description: Its address.
          returned: with a default route
          type: str
          sample: 192.0.2.10
    var_free_mb:
      description: Free room in C(/var), in MiB.
      returned: success
      type: int
      sample: 18342
    uids:
      description: Numbers of the system's own users, by name.
      returned: success
      type: dict
      sample: {root: 0, postfix: 104}
    ssh_port:
      description: Port of the server over which the run is logged in; 22 where it came another way.
      returned: success
      type: int
      sample: 22
"""

from ansible_collections.infogere.hosting.plugins.module_utils._entry import run_as_module
from ansible_collections.infogere.hosting.plugins.module_utils._server_facts import ARGUMENT_SPEC, run


def main() -> None:
    run_as_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()

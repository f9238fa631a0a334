#!/usr/bin/python
# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""Entry point of ``service_set`` for connections that cannot pipeline; the logic is in module_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
module: service_set
author: infogere maintainers
version_added: "0.1.0"
short_description: bring a set of systemd units to their wanted state
description:
  - Enables, disables, masks, starts, stops, reloads and restarts units with one C(systemctl) call for each verb.
  - A running unit whose configuration M(infogere.hosting.config_tree) has changed is reloaded or restarted, also if
    the run that changed it died before it could tell the unit. Other running units are left alone.
  - Returns when every wanted port is listened on, so that "started" means "answers".
extends_documentation_fragment:
  - infogere.hosting.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  units:
    description: The units and their wanted state.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the unit. Without a suffix it is a service.
        type: str
        required: true
      state:
        description: Whether the unit runs. A unit that is not installed counts as stopped.
        type: str
        choices:
          - started
          - stopped
        default: started
      enabled:
        description: Whether the unit is started with the server.
        type: bool
        default: true
      masked:
        description: Whether nothing at all may start the unit; a masked unit is also stopped.
        type: bool
        default: false
      ports:
        description: TCP ports that a started unit listens on. They are waited for, up to 30 seconds.
        type: list
        elements: int
        default: []
seealso:
  - module: infogere.hosting.config_tree
  - module: ansible.builtin.systemd_service
"""

EXAMPLES = r"""
- name: Start the web server and silence Debian's update timer
  infogere.hosting.service_set:
    units:
      - name: nginx
        ports: [80, 443]
      - name: apt-daily.timer
        state: stopped
        enabled: false
"""

RETURN = r"""
actions:
  description: What was done, in its order, as verb and unit; in check mode what would be done.
  returned: success
  type: list
  elements: str
  sample: [enable nginx.service, start nginx.service]
"""

from ansible_collections.infogere.hosting.plugins.module_utils._entry import run_as_module
from ansible_collections.infogere.hosting.plugins.module_utils._service_set import ARGUMENT_SPEC, run


def main() -> None:
    run_as_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""Entry point of ``health_checks`` for connections that cannot pipeline; the logic is in module_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
module: health_checks
author: infogere maintainers
version_added: "0.1.0"
short_description: ask every service of a server whether it works
description:
  - Asks systemd for each service's unit and the service itself on its socket.
  - Fails with what does not work, after some patience.
  - Keeps the checks in C(/etc/infogere/health.json), where updates and monitoring find them.
extends_documentation_fragment:
  - infogere.hosting.attributes
  - infogere.hosting.checks
attributes:
  check_mode:
    support: full
    details: Says whether the kept checks differ; asks no service.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  patience:
    description: Seconds that services have to answer.
    type: int
    default: 30
"""

EXAMPLES = r"""
- name: Register and carry out the checks of two services
  infogere.hosting.health_checks:
    checks:
      - service: nginx
        unit: nginx
        connect: 127.0.0.1:80
        send: "HEAD / HTTP/1.0\r\n\r\n"
        expect: ^HTTP/1
      - service: mariadb
        connect: /run/mysqld/mysqld.sock

- name: Ask again
  infogere.hosting.health_checks:
"""

RETURN = r"""
services:
  description: Names of the services that work.
  returned: success
  type: list
  elements: str
  sample: [mariadb, nginx]
"""

from ansible_collections.infogere.hosting.plugins.module_utils._entry import run_as_module
from ansible_collections.infogere.hosting.plugins.module_utils._health_checks import ARGUMENT_SPEC, run


def main() -> None:
    run_as_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()

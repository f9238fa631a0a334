#!/usr/bin/python
# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""Entry point of ``package_set`` for connections that cannot pipeline; the logic is in module_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
module: package_set
author: infogere maintainers
version_added: "0.1.0"
short_description: install a set of Debian packages in one transaction
description:
  - Installs what is missing of a set of packages with one C(apt-get install), without recommended packages.
  - No service is started by the transaction. What runs already may be restarted by its own upgrade.
  - The first transaction on a server also skips the C(daemon-reload) of each package and does it once at the end,
    which makes it faster than a plain C(apt-get install).
  - Finishes first what a killed transaction left half installed. Changed configuration files are kept.
  - Where nothing is missing, APT is not even asked.
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
  names:
    description: Names of Debian packages. Packages that are installed already are not upgraded.
    type: list
    elements: str
    required: true
  preseed:
    description:
      - Answers to questions that packages ask, as lines for C(debconf-set-selections). They are given on standard
        input, and only if something is to be installed.
    type: list
    elements: str
    default: []
  space_mb:
    description: Room that C(/var) must have before anything is installed, in MiB.
    type: int
    default: 0
seealso:
  - module: infogere.hosting.service_set
    description: Starts what the transaction did not start.
  - module: ansible.builtin.apt
"""

EXAMPLES = r"""
- name: Install a web server and a mail server at once
  infogere.hosting.package_set:
    names:
      - nginx
      - postfix
    preseed:
      - postfix postfix/main_mailer_type select No configuration
    space_mb: 500
"""

RETURN = r"""
installed:
  description: Names of the packages that were missing, sorted; in check mode those that would be installed.
  returned: success
  type: list
  elements: str
  sample: [nginx, postfix]
"""

from ansible_collections.infogere.hosting.plugins.module_utils._entry import run_as_module
from ansible_collections.infogere.hosting.plugins.module_utils._package_set import ARGUMENT_SPEC, run


def main() -> None:
    run_as_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()

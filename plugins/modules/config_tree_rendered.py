#!/usr/bin/python
# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""The server's half of ``config_tree`` for connections that cannot pipeline; the logic is in module_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
module: config_tree_rendered
author: infogere maintainers
version_added: "0.1.0"
short_description: deploy a tree of files that was rendered by config_tree
description:
  - The server's half of M(infogere.hosting.config_tree), which calls it. Tasks call M(infogere.hosting.config_tree).
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
  files:
    description: Files with their content.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: Absolute path.
        type: str
        required: true
      content:
        description: Content, base64.
        type: str
        required: true
      mode:
        description: Mode, octal.
        type: str
        required: true
      owner:
        description: Name of the user.
        type: str
        required: true
      group:
        description: Name of the group.
        type: str
        required: true
      sensitive:
        description: Whether the content is kept out of differences.
        type: bool
        default: false
      notify:
        description: Whether units are told of a change.
        type: bool
        default: true
      once:
        description: Whether a file that is there keeps its content.
        type: bool
        default: false
  directories:
    description: Directories to create.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: Absolute path.
        type: str
        required: true
      mode:
        description: Mode, octal.
        type: str
        required: true
      owner:
        description: Name of the user.
        type: str
        required: true
      group:
        description: Name of the group.
        type: str
        required: true
  links:
    description: Symbolic links, path to target.
    type: dict
    default: {}
  absent:
    description: Paths of files and links that must not be there.
    type: list
    elements: str
    default: []
  owns:
    description: Directories in which everything that is not in the tree is removed.
    type: list
    elements: str
    default: []
  keeps:
    description: Patterns of paths inside O(owns) that are left alone.
    type: list
    elements: str
    default: []
  checkers:
    description: Command lines that accept or refuse the new configuration.
    type: list
    elements: str
    default: []
  after_change:
    description: Pattern of a path to a command line that runs if a matching path was written.
    type: dict
    default: {}
  notify_units:
    description: Full names of units to V(reload) or V(restart).
    type: dict
    default: {}
seealso:
  - module: infogere.hosting.config_tree
"""

EXAMPLES = r"""
- name: Deploy one file
  infogere.hosting.config_tree_rendered:
    files:
      - path: /etc/motd
        content: "{{ 'Welcome.\n' | b64encode }}"
        mode: "0644"
        owner: root
        group: root
"""

RETURN = r"""
changed_paths:
  description: Paths that changed; in check mode those that would.
  returned: success
  type: list
  elements: str
recovered:
  description: Paths that were put back first, because an earlier run was killed half-way.
  returned: success
  type: list
  elements: str
"""

from ansible_collections.infogere.hosting.plugins.module_utils._config_tree import ARGUMENT_SPEC, run
from ansible_collections.infogere.hosting.plugins.module_utils._entry import run_as_module


def main() -> None:
    run_as_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()

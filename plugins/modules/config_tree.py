# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin ``config_tree``, which does the work.

It renders on the controller; what it sends to the server is taken by ``config_tree_rendered``.
"""

from __future__ import annotations

DOCUMENTATION = r"""
module: config_tree
author: infogere maintainers
version_added: "0.1.0"
short_description: deploy a role's whole tree of configuration files, all of it or nothing
description:
  - Renders every template below the role's C(templates) folder, whose layout is the layout on the server
    (C(templates/etc/nginx/nginx.conf.j2) becomes C(/etc/nginx/nginx.conf)), compares the result with the server
    and writes what differs. Files without the suffix C(.j2) are taken as they are.
  - Then runs the service's own checkers. If one refuses, every file, link and mode is put back and the task fails
    with the checker's words, so a bad configuration never takes a service down.
  - A run that is killed half-way is rolled back by the next one before it does anything else.
  - Leaves a mark for each unit of O(notify_units) in the same transaction; M(infogere.hosting.service_set) reloads
    or restarts the unit and removes the mark. Unlike a handler the mark is not lost with the run.
  - Templates are written for M(ansible.builtin.template) and see the same variables. C(ansible_managed) is a
    constant line.
extends_documentation_fragment:
  - infogere.hosting.attributes
attributes:
  check_mode:
    support: full
    details: The checkers do not run, because nothing is written.
  diff_mode:
    support: full
    details: The content of sensitive files is not shown.
  idempotent:
    support: full
options:
  roots:
    description:
      - Folders of the role that hold trees of templates, such as one more for another release of Debian. A file of
        a later folder replaces that of an earlier one. Outside a role they are looked up beside the playbook.
    type: list
    elements: str
    default:
      - templates
  exclude:
    description: Patterns of paths on the server that are left out of the tree.
    type: list
    elements: str
    default: []
  extra:
    description: Templates of the role's C(templates_extra) folder, each rendered to a path of its own.
    type: list
    elements: dict
    default: []
    suboptions:
      src:
        description: Name of the template below C(templates_extra).
        type: str
        required: true
      dest:
        description: Path on the server.
        type: str
        required: true
      vars:
        description: Variables for this template alone.
        type: dict
        default: {}
  files:
    description:
      - Attributes of files, by pattern of their path on the server; every matching pattern counts, the later wins.
      - V(mode) (default V("0644")), V(owner), V(group) (default V(root)); V(sensitive) keeps the content out of
        differences; V(notify) set to false means that no unit is told when the file changes; V(once) set to true
        means that a file that is there keeps its content.
    type: dict
    default: {}
  directories:
    description: Directories to create, by path, each with V(mode) (default V("0755")), V(owner) and V(group)
      (default V(root)).
    type: dict
    default: {}
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
    description:
      - Directories that belong to the role alone. Files and links in them, at any depth, that are not in the tree
        are removed.
      - Directories of the whole system, such as C(/etc), are refused.
    type: list
    elements: str
    default: []
  keeps:
    description: Patterns of paths inside O(owns) that are left alone.
    type: list
    elements: str
    default: []
  checkers:
    description:
      - Command lines that accept or refuse the new configuration. They run without a shell, after everything is
        written, and only if something was.
    type: list
    elements: str
    default: []
  after_change:
    description:
      - Pattern of a path to a command line that runs before the checkers if a matching path was written.
    type: dict
    default: {}
  notify_units:
    description: Units to V(reload) or V(restart) after a change, by name; without a suffix a unit is a service.
    type: dict
    default: {}
notes:
  - Paths, also those that are keys, may be taken from variables; they must be absolute.
seealso:
  - module: infogere.hosting.service_set
  - module: ansible.builtin.template
"""

EXAMPLES = r"""
- name: Configure nginx
  infogere.hosting.config_tree:
    owns:
      - /etc/nginx/conf.d
    absent:
      - /etc/nginx/sites-enabled/default
    files:
      /etc/nginx/*.htpasswd: {mode: "0640", group: www-data, sensitive: true}
    checkers:
      - nginx -t -q
    notify_units:
      nginx: reload

- name: Configure Postfix, whose lookup tables are compiled
  infogere.hosting.config_tree:
    after_change:
      /etc/aliases: newaliases
    checkers:
      - postfix check
    notify_units:
      postfix: restart

- name: Configure one file for each version of PHP
  infogere.hosting.config_tree:
    extra:
      - src: php-fpm.conf.j2
        dest: /etc/php/8.2/fpm/php-fpm.conf
        vars:
          version: "8.2"
    checkers:
      - php-fpm8.2 -t
"""

RETURN = r"""
changed_paths:
  description: Paths on the server that changed; in check mode those that would.
  returned: success
  type: list
  elements: str
  sample: [/etc/nginx/nginx.conf]
recovered:
  description: Paths that were put back first, because an earlier run was killed half-way.
  returned: success
  type: list
  elements: str
  sample: []
"""

# Runs on the controller alone: the code is the action plugin of the same name.

DOCUMENTATION = r"""
---
module: role_arguments
author: infogere maintainers
version_added: "0.1.0"
short_description: validate the arguments of a play's roles in one task
description:
  - Finds every role that the play imports with C(rolespec_validate=false) and validates its variables against
    C(meta/argument_specs.yml), with ansible-core's own validator.
  - Ansible's own validation is a task per role, and each of those costs the controller a process per server. This task
    says the same of all roles at once, on one line, before any server is reached.
  - Roles that a play imports without that word, or includes, validate themselves as ever.
  - A variable that begins like one of a role of this collection, and that none of its roles knows, is named in a
    warning, with the one that it resembles.
  - A condition of an import is not considered. A role that is imported under one should validate itself.
options:
  only:
    description: Look at these variables alone. All, unless given.
    type: list
    elements: str
  before_facts:
    description: Leave what cannot be worked out yet, because it depends on C(ansible_facts), and name it in RV(later).
    type: bool
    default: false
attributes:
  check_mode:
    description: It only reads.
    support: full
  diff_mode:
    description: Nothing changes.
    support: none
  idempotent:
    description: It only reads.
    support: full
"""

EXAMPLES = r"""
- name: Converge
  hosts: all
  gather_facts: false
  tasks:
    - name: Validate the arguments of all roles
      infogere.hosting.role_arguments:
        before_facts: true
      register: arguments

    - name: Look at the server
      infogere.hosting.server_facts:

    - name: Validate the arguments that depend on what was seen
      infogere.hosting.role_arguments:
        only: "{{ arguments.later }}"

    - name: Configure nginx
      ansible.builtin.import_role:
        name: infogere.hosting.nginx
        rolespec_validate: false
"""

RETURN = r"""
later:
  description: Variables that could not be worked out yet.
  returned: success
  type: list
  elements: str
  sample: ["php_versions"]
"""

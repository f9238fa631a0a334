#!/usr/bin/python
# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)

# The code is the action plugin of the same name, and module_utils/_dry_run.py on the server.

DOCUMENTATION = r"""
---
module: dry_run
author: infogere maintainers
version_added: "0.1.0"
short_description: ask at once whether any of the tasks that follow would change something
description:
  - Works out the tasks that follow in the same block, as Ansible would, and asks all their modules in one call what
    they would do in check mode. Nothing is changed. Outside of a block these are the rest of the play.
  - Where all is in place, it also looks once whether the services work that these tasks look after; not in check mode.
  - A converge that finds nothing to do costs one round trip, not one for each task. A play that wants this ends the
    host where RV(in_place) is true.
  - Foreseen are conditions, loops, tags, C(end_role), M(ansible.builtin.assert), and the modules of this collection by
    which roles configure a server. With anything else, such as a value that only an earlier task will know,
    RV(in_place) is false, and RV(msg) says why. So the answer is never yes by mistake; the play goes on and tells.
  - Tasks whose condition names the registered result of this one are left out; they are what is done with the answer.
  - Over a connection that cannot pipeline RV(in_place) is false.
  - Handlers that were notified before are not considered. Ask before the first task that notifies any.
options: {}
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
    - name: Look at the server
      infogere.hosting.server_facts:

    - name: Ask at once whether anything is to be done
      infogere.hosting.dry_run:
      register: dry_run

    - name: Leave alone a server on which all is in place
      ansible.builtin.meta: end_host
      when: dry_run.in_place

    - name: Configure nginx
      ansible.builtin.import_role:
        name: infogere.hosting.nginx
"""

RETURN = r"""
in_place:
  description: Whether none of the tasks has anything to change.
  returned: always
  type: bool
first:
  description: The first task that has something to change; empty where there is none or it cannot be told.
  returned: always
  type: str
  sample: "infogere.hosting.nginx : Configure nginx"
msg:
  description: The same in words, or why it cannot be told.
  returned: always
  type: str
  sample: nothing to change (25 tasks asked)
"""

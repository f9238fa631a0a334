"""Secrets of a server, made once on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
name: secret
author: infogere maintainers
version_added: "0.1.0"
short_description: a secret of a server, generated once on the controller
description:
  - Returns the secret of this name for the current host. The first call makes it (32 letters and digits) and keeps it
    in the controller's state folder, readable by its owner alone.
options:
  _terms:
    description: names of secrets, such as V(postfix_database).
    required: true
    type: list
    elements: str
notes:
  - Give the value to a C(no_log) parameter or a file marked sensitive, never to a command's arguments.
"""

EXAMPLES = r"""
- name: Use a generated database password
  ansible.builtin.set_fact:
    db_password: "{{ lookup('infogere.hosting.secret', 'postfix_database') }}"
  no_log: true
"""

RETURN = r"""
_list:
  description: the secrets, in the order of the names.
  type: list
  elements: str
"""

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from infogere import secrets, settings
from infogere.errors import InfogereError


class LookupModule(LookupBase):
    """``lookup('infogere.hosting.secret', NAME)``."""

    def run(self, terms, variables=None, **kwargs):
        server = (variables or {})["inventory_hostname"]
        try:
            state_dir = settings.ensure_state_dir(settings.load())
            return [secrets.get_or_create(state_dir, server, name) for name in terms]
        except InfogereError as error:
            raise AnsibleLookupError(str(error)) from error

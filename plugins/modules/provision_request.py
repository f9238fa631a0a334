# Runs on the controller alone: the code is the action plugin of the same name.

DOCUMENTATION = r"""
---
module: provision_request
author: infogere maintainers
version_added: "0.1.0"
short_description: validate the request of a provisioning run
description:
  - Reads the variable C(request) as it stands, before any template in it is evaluated, and refuses unknown keys, wrong
    types, hostile names, templates, and a server that is not exactly one host of the inventory.
  - Runs on the controller alone and takes no options.
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
- name: Validate the request
  infogere.hosting.provision_request:
  register: __provision
"""

RETURN = r"""
request:
  description: The request with all keys of its kind and names in their normal form; without its password.
  returned: success
  type: dict
"""

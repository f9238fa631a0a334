"""Run a module's logic as an ordinary Ansible module.

The same logic usually travels over the fast path (``plugin_utils/remote.py``); this is the
road for connections that cannot pipeline.
"""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError


def run_as_module(argument_spec: dict, run) -> None:
    """Parse arguments, call ``run(params, check_mode)`` and leave with its result."""
    module = AnsibleModule(argument_spec=argument_spec, supports_check_mode=True)
    try:
        result = run(module.params, module.check_mode)
    except ModuleError as error:
        module.fail_json(msg=str(error))
    if not module._diff:
        result.pop("diff", None)
    module.exit_json(**result)

"""What every module of the collection says about itself."""

from __future__ import annotations


class ModuleDocFragment:
    """Attributes shared by the modules that run on servers."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and tell what would change, without changing it.
  diff_mode:
    description: Shows what changed, or in check mode what would change.
  idempotent:
    description: A second run with the same arguments changes nothing.
  platform:
    description: Operating systems of the server.
    platforms: debian
    support: full
requirements:
  - Python 3.11 or later on the server, with its standard library alone
notes:
  - Over a connection that can pipeline the module runs in one round trip, without Ansible's usual packing. Others get
    the same code as an ordinary module.
  - Changes on one server happen one after another. A run that waits longer than two minutes for another one
    fails and names it.
"""

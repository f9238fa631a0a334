"""Plugins are imported as Ansible imports them.

Some other unit test of the same process starts Ansible's loader, and from then on modules that were imported without it
cannot be told apart from broken ones. So it is started here, before the first plugin is imported.
"""

from __future__ import annotations

from ansible.plugins.loader import init_plugin_loader
from ansible.utils.collection_loader import AnsibleCollectionConfig

if AnsibleCollectionConfig.collection_finder is None:
    init_plugin_loader()

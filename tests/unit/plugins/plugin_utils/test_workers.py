"""What a worker finds when it starts."""

from __future__ import annotations

import subprocess
import sys

from ansible.plugins.loader import connection_loader, filter_loader, shell_loader
from ansible_collections.infogere.hosting.plugins.plugin_utils import workers

# A process of its own: forking the test runner, which has threads, is asking for trouble.
PARENT = """
import gc, os
from ansible.plugins.loader import init_plugin_loader
init_plugin_loader()
from ansible_collections.infogere.hosting.plugins.action import gate
if os.fork() == 0:
    print("worker:", gc.isenabled(), flush=True)
    os._exit(0)
os.wait()
print("parent:", gc.isenabled())
"""


def test_plugins_are_loaded_before_the_fork():
    workers.prepare()
    for loader, name in ((connection_loader, "ssh"), (shell_loader, "sh"), (filter_loader, "core")):
        assert [path for path in loader._module_cache if path.endswith(f"/{name}.py")], name


def test_after_the_gate_a_worker_does_not_collect_garbage_and_its_parent_still_does():
    done = subprocess.run([sys.executable, "-c", PARENT], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["worker:", "False", "parent:", "True"], done.stderr

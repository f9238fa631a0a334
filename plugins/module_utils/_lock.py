"""One change at a time on a server: a lock that every module of ours takes before it writes.

It is released by the kernel when its holder dies, so a killed run never blocks the next one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time

from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError

STATE_FOLDER = "/var/lib/infogere"
LOCK_FILE = "lock"
PATIENCE = 120  # seconds; longer than any one change except a package transaction
POLL = 0.05


@contextlib.contextmanager
def change_lock(purpose, state_folder=STATE_FOLDER, patience=PATIENCE):
    """Hold the server's change lock; raise ``ModuleError`` naming the holder after ``patience`` seconds."""
    os.makedirs(state_folder, mode=0o700, exist_ok=True)
    handle = os.open(os.path.join(state_folder, LOCK_FILE), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _wait(handle, patience)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{purpose} (pid {os.getpid()})\n".encode(), 0)
        yield
    finally:
        os.close(handle)


def _wait(handle, patience):
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                holder = os.pread(handle, 200, 0).decode(errors="replace").strip() or "another run"
                raise ModuleError(
                    f"the server is being changed by {holder} for more than {patience} s; "
                    "wait for that run to end and start again"
                ) from None
            time.sleep(POLL)

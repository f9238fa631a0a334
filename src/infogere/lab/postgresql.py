"""A PostgreSQL of one's own for a test or a benchmark: a fresh cluster behind a socket, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER = "infogere"


def programs() -> Path | None:
    """Folder of the newest installed server's programs; None if there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[str]:
    """Address of a fresh cluster, as ``record_url`` takes it.

    Args:
        durable: commits reach the disk, as in production; else they are quicker.
    """
    folder_of_programs = programs()
    if folder_of_programs is None:
        raise FileNotFoundError("PostgreSQL's server is not installed")
    # A folder of its own: a socket path has at most 107 bytes, and initdb refuses to run as root.
    folder = Path(tempfile.mkdtemp(prefix="infogere-pg-"))
    user = "nobody" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [str(folder_of_programs / program), "-D", str(folder / "data"), *arguments],
            user=user,
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    try:
        run("initdb", f"--username={USER}", "--auth=trust", "--no-sync", "--encoding=UTF8")
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync={'on' if durable else 'off'}"
        run("pg_ctl", "start", "--wait", "--timeout=300", "--log", str(folder / "log"), "--options", options)
        try:
            yield f"postgresql://{USER}@/postgres?host={folder}"
        finally:
            run("pg_ctl", "stop", "--mode=immediate")
    finally:
        shutil.rmtree(folder)

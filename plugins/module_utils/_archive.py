"""Archive what is about to be removed: written aside, read back, flushed, and only then given its name.

Nothing is removed unless the function here has returned. Archives are readable by root alone.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import time

from ansible_collections.infogere.hosting.plugins.module_utils._command import (
    ENVIRONMENT,
    attempt_while,
    last_words,
    require,
)
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._mariadb import SOCKET

FOLDER = "/var/backups/infogere/archive"
SPARE = 64 * 2**20  # bytes left free beside the archive, so that the services go on writing
PATIENCE = 4 * 3600  # seconds for one archive
QUIET_PATIENCE = 60  # seconds for what is archived to change no more
CHANGED = 1  # tar's exit code where a file changed while it was read
CHUNK = 2**20
PARTIAL = ".partial"
DUMP = (
    "mariadb-dump",
    "--no-defaults",
    "--protocol=socket",
    f"--socket={SOCKET}",
    "--user=root",
    "--default-character-set=utf8mb4",
    "--single-transaction",
    "--routines",
    "--events",
    "--triggers",
    "--hex-blob",
    "--",
)
DUMP_END = b"-- Dump completed"


def archive_paths(kind, name, paths):
    """A ``.tar.zst`` of those of ``paths`` that exist; returns its path.

    Raises:
        ModuleError: no room (the archive might be as large as its content), or tar failed.
    """
    target = _target(kind, name, "tar.zst")
    require_room(paths, f"{kind} {name}")
    present = [path.lstrip("/") for path in paths if os.path.lexists(path)]
    with _Aside(target) as aside:
        what = f"archive of {kind} {name}"
        _pack(aside, present, what)
        require(["tar", "--list", "--zstd", "--file", aside], f"reading back the {what}", timeout=PATIENCE)
    return target


def _pack(archive, present, what):
    """Archive ``present`` as it stands: while the last visitors' requests end, a log may grow under tar's eyes."""
    argv = ["tar", "--create", "--zstd", "--file", archive, "--directory", "/", "--", *present]
    code, text = attempt_while(lambda code, _text: code == CHANGED, argv, QUIET_PATIENCE, timeout=PATIENCE)
    if code != 0:
        raise ModuleError(f"{what}: {last_words(text) or f'exit code {code}'}")


def require_room(paths, what):
    """Raise ``ModuleError`` unless an archive of ``paths`` finds room, even if nothing in it can be compressed."""
    _need_room(sum(_size(path) for path in paths if os.path.lexists(path)), what)


def archive_database(name, size):
    """A ``.sql.zst`` dump of the database ``name`` of ``size`` bytes; returns its path."""
    target = _target("database", name, "sql.zst")
    _need_room(size, f"database {name}")
    with _Aside(target) as aside:
        _pipe([*DUMP, name], ["zstd", "-q", "-f", "-o", aside], f"dump of database {name}")
        if DUMP_END not in _tail(aside):
            raise ModuleError(f"dump of database {name}: it ends too early; nothing was removed")
    return target


def archive_text(kind, name, text):
    """A ``.sql.zst`` with ``text`` (an account's definition); returns its path."""
    target = _target(kind, name, "sql.zst")
    _need_room(len(text), f"{kind} {name}")
    with _Aside(target) as aside:
        require(["zstd", "-q", "-f", "-o", aside], f"archive of {kind} {name}", stdin=text)
        if not text.encode().endswith(_tail(aside)[-200:]):
            raise ModuleError(f"archive of {kind} {name}: it does not read back; nothing was removed")
    return target


class _Aside:
    """A file beside ``target`` that becomes ``target`` only if nothing went wrong."""

    def __init__(self, target):
        self.target = target
        self.aside = os.path.join(os.path.dirname(target), f".{os.path.basename(target)}{PARTIAL}")

    def __enter__(self):
        folder = os.path.dirname(self.target)
        for path in (FOLDER, folder):
            os.makedirs(path, mode=0o700, exist_ok=True)
        # Left by a killed run: callers hold the server's change lock, so nobody is writing it.
        for name in os.listdir(folder):
            if name.endswith(PARTIAL):
                os.unlink(os.path.join(folder, name))
        os.close(os.open(self.aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600))
        return self.aside

    def __exit__(self, kind, error, trace):
        if kind is not None:
            os.unlink(self.aside)
            return
        os.chmod(self.aside, 0o600)
        with open(self.aside, "rb") as stream:
            os.fsync(stream.fileno())
        os.rename(self.aside, self.target)


def _target(kind, name, suffix):
    """Where the archive goes: a name that none has yet, though something were removed twice within a second."""
    stem = os.path.join(FOLDER, kind, f"{name}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}")
    names = itertools.chain([stem], (f"{stem}-{number}" for number in itertools.count(2)))
    return next(path for path in (f"{each}.{suffix}" for each in names) if not os.path.lexists(path))


def _need_room(size, what):
    place = FOLDER
    while not os.path.isdir(place):
        place = os.path.dirname(place)
    disk = os.statvfs(place)
    free = disk.f_bavail * disk.f_frsize
    if free < size + SPARE:
        raise ModuleError(
            f"{what}: its archive may need {(size + SPARE) // 2**20} MiB, {FOLDER} has {free // 2**20} MiB free; "
            "make room there, nothing was removed"
        )


def _size(path):
    """Bytes of everything below ``path``, links not followed."""
    total = os.lstat(path).st_size
    for folder, _folders, names in os.walk(path):
        for name in names:
            total += os.lstat(os.path.join(folder, name)).st_size
    return total


def _pipe(source, sink, what):
    """``source | sink`` without a shell; the words of whichever failed in the error."""
    environment = {"HOME": "/root", **ENVIRONMENT}
    with (
        subprocess.Popen(source, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as producer,
        subprocess.Popen(sink, stdin=producer.stdout, stderr=subprocess.PIPE, env=environment) as consumer,
    ):
        producer.stdout.close()
        _out, said_by_sink = consumer.communicate(timeout=PATIENCE)
        said_by_source = producer.stderr.read()
        producer.wait(timeout=PATIENCE)
    if producer.returncode or consumer.returncode:
        words = (said_by_source if producer.returncode else said_by_sink).decode(errors="replace").split("\n")[0]
        raise ModuleError(f"{what}: {words or 'failed without a word'}; nothing was removed")


def _tail(path):
    """The last bytes of the compressed file ``path``, after reading all of it."""
    tail = b""
    with subprocess.Popen(["zstd", "-dcq", path], stdout=subprocess.PIPE, env=ENVIRONMENT) as reader:
        while chunk := reader.stdout.read(CHUNK):
            tail = (tail + chunk)[-4096:]
    if reader.returncode:
        raise ModuleError(f"{path} does not read back; nothing was removed")
    return tail

"""Pass from one signing key to the next, and introduce the keys of further controllers."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from infogere.record.database import RecordError
from infogere.record.keys import (
    KEY_FILE,
    NEXT_FILE,
    SIGNER_FILE,
    Signer,
    make_key,
    open_signer,
    signer_in_force,
    spec_of,
    write,
)
from infogere.record.store import Store


def rotate(store: Store, state_dir: Path, terms: str, *, to: str | None = None, lost: bool = False) -> Signer:
    """Sign with another key from here on; returns it.

    The entry that names the new key is signed by the old one, so that whoever knows either can follow. Killed at any
    moment, the next signature finds out which of the two the record accepts.

    Args:
        to: ``file:PATH`` or ``agent:SOCKET#PUBLIC``; None makes a new key file in the state folder.
        lost: the old key is gone; the new one names itself, and verification shows that.
    """
    in_force = store.keys_in_force()
    former_spec = spec_of(state_dir)
    retired = None if lost or not in_force else signer_in_force(state_dir, in_force).public
    spec = to or _new_file(state_dir)
    signer = open_signer(state_dir, spec)
    if signer.public == retired:
        raise RecordError(f"{spec} is the key that signs already", way_out="make another key")
    if spec.startswith("agent:"):
        spec = f"{spec.partition('#')[0]}#{signer.public}"
    if signer.public not in in_force:
        write(state_dir / NEXT_FILE, spec, replace=True)
        if lost:
            store.change_key(terms, signer.public, retires=_only(in_force), signer=signer)
        elif in_force:
            store.change_key(terms, signer.public, retires=retired)
    write(state_dir / SIGNER_FILE, spec, replace=True)
    (state_dir / NEXT_FILE).unlink(missing_ok=True)
    _forget(state_dir, former_spec)
    store.checkpoint(terms)  # the new key signs at once: what it cannot sign is seen now, not tomorrow
    return signer


def introduce(store: Store, terms: str, key: str) -> int:
    """Name the key of another controller that writes to this record; returns the entry's ``seq``."""
    if not re.fullmatch("[0-9a-f]{64}", key):
        raise RecordError(f"{key!r} is no public key", way_out="copy it from `infogere record key` of that controller")
    if key in store.keys_in_force():
        raise RecordError(f"the record knows the key {key} already")
    return store.change_key(terms, key, retires=None)


def _new_file(state_dir: Path) -> str:
    name = f"record-{secrets.token_hex(4)}.key"
    make_key(state_dir / name)
    return f"file:{name}"


def _only(in_force: frozenset[str]) -> str | None:
    """The lost key, where there is no doubt which one it was."""
    return next(iter(in_force)) if len(in_force) == 1 else None


def _forget(state_dir: Path, spec: str) -> None:
    """A retired key that lies in the state folder is of use to forgers only."""
    name = spec.removeprefix("file:")
    if re.fullmatch(rf"{re.escape(KEY_FILE)}|record-[0-9a-f]{{8}}\.key", name):
        (state_dir / name).unlink(missing_ok=True)

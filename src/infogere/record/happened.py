"""Write what has happened already: into the record, or into the spool while the record cannot be written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from infogere.record import chain, spool
from infogere.record.database import RecordError
from infogere.record.entries import Entry
from infogere.record.store import Store


@dataclass(frozen=True)
class Receipt:
    """Where an entry went: its number in the record, or the spool that it waits in."""

    seq: int | None
    spooled: Path | None = None


def keep(url: str, state_dir: Path, entry: Entry, *, wait: float = 10.0) -> Receipt:
    """Append one entry; it waits in the spool if that fails.

    Both go by one salt: where the record has taken it in and only the answer was lost, the spool's copy is known again
    and not written a second time.

    Raises:
        RecordError: it is no entry of what has happened already, or the spool cannot be written either.
    """
    salt = chain.new_salt()
    try:
        with Store(url, state_dir, wait=wait) as store:
            return Receipt(store.append(entry, salt=salt))
    except RecordError:
        if not entry.after_the_fact:
            raise
        return Receipt(None, spool.put(state_dir, entry, salt))

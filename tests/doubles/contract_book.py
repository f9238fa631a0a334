"""One contract in a record of its own, and short ways to write into it (a judge of what is read back)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infogere.record.entries import Correction, Entry, model_of
from infogere.record.reading import Reader
from infogere.record.store import Store
from infogere.sla import history
from infogere.sla.model import History, Incident, Works

TERMS = "HBT-20220901-01"
CONTRACT = "OF-2026-0042"


def moment(text: str) -> datetime:
    """``2026-10-05 09:30`` in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def epoch(text: str) -> int:
    return int(moment(text).timestamp())


def say(kind: str, at: str = "2026-10-05 09:00", **values: Any) -> Entry:
    """An entry of the contract; an ISO text in ``values`` is an instant where the kind wants one."""
    model = model_of(kind)
    assert model is not None
    common: dict[str, Any] = {"terms": TERMS, "contract": CONTRACT, "at": moment(at)}
    if "author" in model.model_fields:
        common["author"] = "ada"
    return model.model_validate({**common, **values})


def basis(at: str = "2026-02-02 09:00", **values: Any) -> Entry:
    """What was sold: 240 EUR a month, four hours to restore, around the clock."""
    figures: dict[str, Any] = {
        "customer": "librairie",
        "customer_name": "Librairie Occitane",
        "servers": ("web1",),
        "commissioned": moment("2026-02-01 23:00"),
        "timezone": "Europe/Paris",
        "monthly_fee": "240.00",
        "currency": "EUR",
        "gtr_hours": 4,
        "gtr_coverage": "24x7",
        "calendar_version": "fr-2026.1+000000000000",
        "closed_days": ("2026-11-01", "2026-11-11", "2026-12-25"),
        "rate": "99.9",
        "monthly_limit_s": 2592,
        "slice_s": 3600,
        "slice_percent": "2.5",
        "gtd_cap_percent": "100",
        "bands": ({"up_to_hours": 1, "percent": "20"}, {"up_to_hours": None, "percent": "50"}),
        "gtr_cap_percent": "100",
        "notice_days": 8,
        "readings": (),
    }
    return say("contract-basis", at, **{**figures, **values})


def opened(incident: str = "INC-2026-0001", at: str = "2026-10-05 09:00", **values: Any) -> Entry:
    facts = {"effect": "interruption", "origin": "customer", "summary": "site down", "server": "web1"}
    return say("incident-opened", at, incident=incident, **{**facts, **values})


@dataclass(frozen=True)
class Book:
    """A record; every entry is recorded at its own ``at`` unless ``now`` says otherwise."""

    state_dir: Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.state_dir / 'record.db'}"

    def write(self, *entries: Entry, now: str | None = None) -> list[int]:
        with Store(self.url, self.state_dir) as store:
            return [store.append(entry, now=moment(now) if now else entry.at) for entry in entries]

    def correct(self, seq: int, at: str, text: str = "wrong") -> int:
        return self.write(Correction(terms=TERMS, contract=CONTRACT, at=moment(at), corrects=seq, text=text))[0]

    def reader(self) -> Reader:
        return Reader(self.url)

    def history(self, at: str | None = None, in_force: str | None = None) -> History:
        with self.reader() as reader:
            return history.load(
                reader,
                CONTRACT,
                moment(at) if at else None,
                in_force=moment(in_force) if in_force else None,
            )

    def incident(self) -> Incident:
        (found,) = self.history().incidents
        return found

    def works(self) -> Works:
        (found,) = self.history().works
        return found

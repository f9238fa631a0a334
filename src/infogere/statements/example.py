"""The shipped example: an invented contract, written into a record of its own and told from there."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from infogere.calendar import walltime
from infogere.errors import InfogereError
from infogere.fleet.models import Customer, OrderForm, Server
from infogere.record.entries import Entry, model_of
from infogere.record.kinds.incidents import IncidentAttributed
from infogere.record.reading import Reader
from infogere.record.store import Store, Transaction
from infogere.sla import basis
from infogere.statements.build import Wanted, load
from infogere.statements.model import Statement
from infogere.terms import Profile, yamlfile

_SCENARIO = Path(__file__).parent / "example.yml"
# Fields that hold an instant; the file writes them as wall time of the contract's zone.
_INSTANTS = frozenset({"at", "started", "ticket_at", "restored", "start", "send_by", "began", "ended", "commissioned"})
_DAY = "1970-01-01"  # of an entry that is not repeated


def statement(profile: Profile = "customer") -> Statement:
    """The statement of the example's month."""
    with tempfile.TemporaryDirectory(prefix="infogere-example-") as folder:
        url = f"sqlite:///{folder}/record.db"
        wanted = write(url, Path(folder), profile)
        with Reader(url) as reader:
            return load(reader, wanted)


def write(url: str, state_dir: Path, profile: Profile = "customer") -> Wanted:
    """Put the example into a record; returns what to ask for."""
    scenario: Mapping[str, Any] = yamlfile.read(_SCENARIO, "example")
    form = OrderForm.model_validate(scenario["order_form"])
    customer = Customer.model_validate(scenario["customer"])
    sold = basis.of([Server(name, form, (), customer) for name in scenario["servers"]])
    zone = ZoneInfo(sold.timezone)
    began = form.commissioned_at(zone) or datetime.now(UTC)
    at = _instant(scenario["at"], zone)
    lines = sorted(_entries(scenario, sold.terms, form.id, zone), key=lambda line: line["at"])
    attributions: dict[str, int] = {}
    with Store(url, state_dir) as store:
        store.append(sold.model_copy(update={"at": began}), now=began)
        # One transaction for what happens together: an example is looked at at once, not waited for.
        for _, together in groupby(lines, key=lambda line: (line["at"].date(), line["kind"] == "backup")):
            entries = list(together)
            with store.writing(now=entries[-1]["at"]) as transaction:
                for line in entries:
                    _write(transaction, line, attributions)
        store.checkpoint(sold.terms, now=at)
    return Wanted(form.id, str(scenario["month"]), at, profile, str(scenario["provider"]), example=True)


def _write(transaction: Transaction, line: dict[str, Any], attributions: dict[str, int]) -> None:
    """Append one entry; ``attributions`` are those so far, by incident."""
    if line.get("contests") == "attribution":
        line["contests"] = attributions[line["incident"]]
    entry = _typed(line)
    seq = transaction.append(entry)
    if isinstance(entry, IncidentAttributed):
        attributions[entry.incident] = seq


def _typed(fields: Mapping[str, Any]) -> Entry:
    model = model_of(fields["kind"])
    if model is None:
        raise InfogereError(f"{_SCENARIO}: no kind {fields['kind']}", way_out="correct the example")
    return model.model_validate({name: value for name, value in fields.items() if name != "kind"})


def _entries(scenario: Mapping[str, Any], terms: str, contract: str, zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    """Fields of every entry, with its kind, in UTC."""
    for line in scenario["entries"]:
        fields = {"terms": terms, "contract": contract, **line}
        first, last = (date.fromisoformat(day) for day in fields.pop("each_day", (_DAY, _DAY)))
        left_out = fields.pop("but", ())
        for number in range((last - first).days + 1):
            day = (first + timedelta(days=number)).isoformat()
            if day not in left_out:
                yield {name: _value(name, value, day, zone) for name, value in fields.items()}


def _value(name: str, value: Any, day: str, zone: ZoneInfo) -> Any:
    if isinstance(value, str):
        value = value.replace("{day}", day)
    return _instant(value, zone) if name in _INSTANTS else value


def _instant(wall: str | datetime, zone: ZoneInfo) -> datetime:
    written = wall if isinstance(wall, datetime) else datetime.fromisoformat(wall)
    return walltime.to_utc(written.replace(tzinfo=None), zone)

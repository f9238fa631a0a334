"""The customer's verifier computes by itself what the provider computes: to the second and to the cent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doubles.contract_book import CONTRACT, TERMS, say
from doubles.told import stored
from infogere import terms
from infogere.errors import InfogereError
from infogere.record.entries import Decision, Entry
from infogere.record.reading import StoredEntry
from infogere.sla import compute, recorded
from infogere.statements import verify_record
from infogere.terms.readings import Readings

# Amounts including VAT are refused by both: no entry holds its rate. Degradations are drawn apart.
LEFT_ALONE = {"amounts", "degradation", "degradation_percent"}
SWITCHES = sorted(compute.SWITCHES - LEFT_ALONE)
MONTHS = ("2026-03", "2026-06", "2026-10")


@dataclass
class Chain:
    """Entries of one contract in memory: no database is needed to judge what follows from them."""

    stored: tuple[StoredEntry, ...]

    def stream(self, *, contract: str) -> Iterator[StoredEntry]:
        return (entry for entry in self.stored if entry.contract == contract)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(entry.body) for entry in self.stored]


def figures(result) -> dict[str, Any]:
    measured = result.month.availability
    return {
        "rate": measured.rate,
        "unavailable_s": measured.unavailable_s,
        "planned_s": measured.planned_s,
        "breach": result.month.breach,
        "gtd_percent": result.gtd.percent,
        "gtd_amount": result.gtd.amount,
        "gtr_percent": result.gtr.percent,
        "gtr_amount": result.gtr.amount,
        "total_percent": result.total.percent,
        "total_amount": result.total.amount,
    }


# What may happen to a contract ---------------------------------------------------------------------------------

SERVERS = st.sampled_from(["web1", "web2", None])
MINUTES = st.integers(0, 45 * 24 * 60)


def readings(draw) -> tuple[dict[str, Any], ...]:
    profiles = [terms.readings(profile).model_dump(mode="json") for profile in terms.PROFILES]
    for own in profiles:
        for name in draw(st.lists(st.sampled_from(SWITCHES), max_size=3, unique=True)):
            own[name] = draw(st.sampled_from(get_args(Readings.model_fields[name].annotation)))
        own["degradation"] = draw(st.sampled_from(["recorded-only", "counts", "weighted"]))
        own["degradation_percent"] = draw(st.sampled_from([0, 1, 33, 50, 100]))
    return tuple({"name": name, "customer": profiles[0][name], "provider": profiles[1][name]} for name in profiles[0])


@st.composite
def histories(draw) -> tuple[str, datetime, list[Entry]]:
    """A month, the instant of the computation, and the entries before it, in order."""
    month = draw(st.sampled_from(MONTHS))
    first = datetime.fromisoformat(f"{month}-01").replace(tzinfo=UTC) - timedelta(days=7)
    commissioned = first - timedelta(days=draw(st.sampled_from([200, 40, -12])), minutes=draw(st.integers(0, 1440)))
    sold = {
        "monthly_fee": draw(st.sampled_from(["240.00", "99.99", "1.01"])),
        "gtr_hours": draw(st.sampled_from([None, 1, 4])),
        "gtr_coverage": draw(st.sampled_from(["24x7", "Mon-Fri 09:00-18:00", "Sat-Mon 20:00-24:00"])),
        "readings": readings(draw),
    }
    entries = [basis(first - timedelta(days=201), commissioned, month, **sold)]
    for number in range(draw(st.integers(0, 4))):
        entries += incident(draw, f"INC-{number}", first)
    for number in range(draw(st.integers(0, 2))):
        entries += works(draw, f"W-{number}", first)
    for number in range(draw(st.integers(0, 1))):
        entries += interruption(draw, f"run-{number}", first)
    until = first + timedelta(minutes=draw(st.integers(20 * 24 * 60, 60 * 24 * 60)))
    entries.sort(key=lambda entry: entry.at)
    return month, until, [entry for entry in entries if entry.at < until]


def basis(written: datetime, commissioned: datetime, month: str, **sold: Any) -> Entry:
    """What the computations stand on, as the shipped terms have it."""
    figures_of_terms = terms.load()
    bands = [
        {"up_to_hours": one.up_to_hours, "percent": str(one.percent)} for one in figures_of_terms.restore_time.bands
    ]
    contract = {
        "customer": "librairie",
        "customer_name": "Librairie",
        "servers": ("web1", "web2"),
        "commissioned": commissioned,
        "timezone": "Europe/Paris",
        "currency": "EUR",
        "calendar_version": "fr-2026.1",
        "closed_days": (f"{month}-11", f"{month}-12"),
        "rate": str(figures_of_terms.availability.rate.percent),
        "monthly_limit_s": figures_of_terms.availability.monthly_limit.seconds,
        "slice_s": figures_of_terms.availability.penalty.slice.seconds,
        "slice_percent": str(figures_of_terms.availability.penalty.percent),
        "gtd_cap_percent": str(figures_of_terms.availability.cap.percent),
        "bands": bands,
        "gtr_cap_percent": str(figures_of_terms.restore_time.cap.percent),
        "notice_days": figures_of_terms.planned_works.notice.days,
        **sold,
    }
    return say("contract-basis", at(written), **contract)


def at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def incident(draw, name: str, first: datetime) -> list[Entry]:
    server = draw(SERVERS)
    began = first + timedelta(minutes=draw(MINUTES))
    ticket_at = began + timedelta(minutes=draw(st.integers(-60, 600)))
    ticket = {"ticket": f"T-{name}", "ticket_at": ticket_at} if draw(st.booleans()) else {}
    started = {"started": began} if draw(st.booleans()) else {}
    opened = max(began, ticket_at)
    facts = {
        "effect": draw(st.sampled_from(["interruption", "interruption", "degradation"])),
        "origin": draw(st.sampled_from(["customer", "probe"])),
    }
    told = [
        say("incident-opened", at(opened), incident=name, server=server, summary="down", **facts, **ticket, **started)
    ]
    if not ticket and draw(st.booleans()):
        told.append(
            say("incident-ticket", at(opened), incident=name, server=server, ticket=f"T-{name}", ticket_at=opened)
        )
    ended = opened + timedelta(minutes=draw(st.integers(1, 60 * 30)))
    if draw(st.integers(0, 4)):
        told.append(say("incident-restored", at(ended), incident=name, server=server, restored=ended, evidence="up"))
    if draw(st.booleans()):
        cause = draw(st.sampled_from(["provider", "client", "third_party", "supplier"]))
        told.append(say("incident-attributed", at(ended), incident=name, server=server, cause=cause, evidence="log"))
    return told


def works(draw, name: str, first: datetime) -> list[Entry]:
    start = first + timedelta(minutes=draw(MINUTES))
    told: list[Entry] = []
    for revision in range(1, draw(st.integers(1, 2)) + 1):
        written = start - timedelta(minutes=draw(st.sampled_from([7, 8, 9, 10]))* 1440 - 30 * revision)  # fmt: skip
        notice = f"N-{name}-{revision}"
        told.append(
            say(
                "works-announced",
                at(written),
                works=name,
                revision=revision,
                start=start,
                duration_s=draw(st.sampled_from([600, 3600, 14400])),
                servers=draw(st.sampled_from([("web1",), ("web1", "web2")])),
                subject="kernel",
                notice=notice,
                last_date=f"{start:%Y-%m-%d}",
                send_by=start,
            )
        )
        if draw(st.integers(0, 3)):
            told.append(
                say(
                    "notice-attempt",
                    at(written + timedelta(minutes=draw(st.integers(0, 1440)))),
                    notice=notice,
                    recipient="a@b.example",
                    attempt=1,
                    outcome="accepted",
                    relay="relay",
                    answer="250 ok",
                )
            )
    if draw(st.booleans()):
        began = start + timedelta(minutes=draw(st.integers(-30, 30)))
        ended = began + timedelta(minutes=draw(st.integers(1, 400)))
        told.append(say("works-done", at(ended), works=name, began=began, ended=ended, result="done"))
    elif draw(st.integers(0, 4)) == 0:
        told.append(say("works-cancelled", at(start), works=name, reason="not needed"))
    return told


def interruption(draw, run: str, first: datetime) -> list[Entry]:
    began = first + timedelta(minutes=draw(MINUTES))
    urgent = draw(st.sampled_from([None, "CVE"]))
    return [
        Decision(
            terms=TERMS,
            contract=CONTRACT,
            run=run,
            server="web1",
            at=began,
            action="patch-minor",
            allowed=True,
            reason="in the window",
            emergency=urgent,
        ),
        say(
            "interruption",
            at(began + timedelta(hours=1)),
            run=run,
            server="web1",
            service=draw(st.sampled_from(["nginx", "reboot"])),
            began=began,
            seconds=draw(st.integers(1, 4000)),
        ),
    ]


@given(histories())
@settings(max_examples=60, deadline=None)
def test_both_compute_the_same(history):
    month, until, entries = history
    agreed(month, until, entries)


def agreed(month: str, until: datetime, entries: list[Entry]) -> dict[str, dict[str, Any]] | None:
    """The figures of both profiles, which are the same in both computations; None if both refuse."""
    book = Chain(stored(entries))
    facts = verify_record.Facts(book.bodies, int(until.timestamp()))
    try:
        known = recorded.load(book, CONTRACT, month, until)
        expected = {
            profile: figures(compute.month(known.history, month, known.rules_of[profile])) for profile in terms.PROFILES
        }
    except InfogereError:
        with pytest.raises(LookupError):
            verify_record.compute(facts, month)
        return None
    assert verify_record.compute(facts, month) == expected
    return expected


@pytest.mark.parametrize(("service", "provider_s"), [("nginx", 0), ("reboot", 600)])
def test_a_reboot_in_works_that_were_announced_too_late_counts_for_both(service, provider_s):
    """The provider's reading excuses what happens in an agreed slot; works are a reboot's window, and no slot."""
    start = datetime(2026, 6, 20, 8, tzinfo=UTC)
    profiles = [terms.readings(profile).model_dump(mode="json") for profile in terms.PROFILES]
    switches = tuple(
        {"name": name, "customer": profiles[0][name], "provider": profiles[1][name]} for name in profiles[0]
    )
    sold = {"monthly_fee": "240.00", "gtr_hours": None, "gtr_coverage": "24x7", "readings": switches}
    run = {"run": "r1", "server": "web1"}
    told = start - timedelta(days=1)
    notice = {"notice": "N-1", "recipient": "a@b.example", "attempt": 1, "relay": "relay", "answer": "250 ok"}
    found = agreed(
        "2026-06",
        datetime(2026, 7, 2, tzinfo=UTC),
        [
            basis(start - timedelta(days=200), start - timedelta(days=199), "2026-06", **sold),
            say(
                "works-announced",
                at(told),
                **{"works": "W-1", "revision": 1, "start": start, "duration_s": 3600, "servers": ("web1",)},
                **{"subject": "kernel", "notice": "N-1", "last_date": "2026-06-12", "send_by": start},
            ),
            say("notice-attempt", at(told), **notice, outcome="accepted"),
            say("decision", at(start), **run, action="reboot", allowed=True, reason="in the works", emergency=None),
            say("interruption", at(start), **run, service=service, began=start, seconds=600, works="W-1"),
            say("works-done", at(start), works="W-1", began=start, ended=start + timedelta(seconds=600), result="done"),
        ],
    )
    assert (found["customer"]["unavailable_s"], found["provider"]["unavailable_s"]) == (600, provider_s)


def degraded(name: str, start: datetime, seconds: int, cause: str, server: str | None) -> list[Entry]:
    """The customer's site was slow for so many seconds."""
    told = {"incident": name, "server": server}
    ended = start + timedelta(seconds=seconds)
    facts = {"effect": "degradation", "origin": "customer", "summary": "slow", "ticket": f"T-{name}"}
    return [
        say("incident-opened", at(start), **told, **facts, ticket_at=start, started=start),
        say("incident-restored", at(ended), **told, restored=ended, evidence="fast"),
        say("incident-attributed", at(ended), **told, cause=cause, evidence="log"),
    ]


@pytest.mark.parametrize("weight", [0, 33, 100])
def test_a_degradation_that_weighs_less(weight):
    """Rounded for the client on both sides; works on another server take its seconds, as they do from none whole."""
    start = datetime(2026, 6, 20, 8, tzinfo=UTC)
    own = [
        {**terms.readings(profile).model_dump(mode="json"), "degradation": "weighted", "degradation_percent": weight}
        for profile in terms.PROFILES
    ]
    switches = tuple({"name": name, "customer": own[0][name], "provider": own[1][name]} for name in own[0])
    sold = {"monthly_fee": "240.00", "gtr_hours": 4, "gtr_coverage": "24x7", "readings": switches}
    notice = {"notice": "N-1", "recipient": "a@b.example", "attempt": 1, "relay": "relay", "answer": "250 ok"}
    announced = start - timedelta(days=10)
    entries = [
        basis(start - timedelta(days=200), start - timedelta(days=199), "2026-06", **sold),
        say(
            "works-announced",
            at(announced),
            **{"works": "W-1", "revision": 1, "start": start, "duration_s": 1000, "servers": ("web2",)},
            **{"subject": "disk", "notice": "N-1", "last_date": "2026-06-12", "send_by": start},
        ),
        say("notice-attempt", at(announced), **notice, outcome="accepted"),
        *degraded("INC-1", start, 10001, "provider", "web1"),
        *degraded("INC-2", start + timedelta(hours=5), 1001, "client", "web1"),
    ]
    found = agreed("2026-06", datetime(2026, 7, 2, tzinfo=UTC), entries)
    if weight == 0:
        assert found is None
        return
    customer = found["customer"]
    whole = weight == 100  # then it is an interruption in all but name, and works elsewhere excuse nothing
    planned, seconds = (0, 10001) if whole else (1000, -(-9001 * weight // 100))
    assert (customer["planned_s"], customer["unavailable_s"]) == (planned, seconds)
    month = 30 * 86400 - planned
    left = month - 1001 * weight // 100
    assert customer["rate"] == round(Decimal(left - seconds) * 100 / Decimal(left), 6)

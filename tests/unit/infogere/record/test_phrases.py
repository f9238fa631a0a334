"""What `infogere record list` says of contracts, incidents and money: every kind has words of its own."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from doubles.contract_book import basis, moment, opened, say
from infogere.record.entries import _KINDS_IN, fields_of, model_of
from infogere.record.phrases import PHRASES
from infogere.record.wording import summary

INC = "INC-2026-0001"
PRICED = [
    {
        "profile": profile,
        "rate": "99.306488",
        "unavailable_s": 18600,
        "planned_s": 0,
        "breach": True,
        "gtd_percent": "15",
        "gtd_amount": "36.00",
        "gtr_percent": "30",
        "gtr_amount": "72.00",
        "total_percent": "45",
        "total_amount": amount,
    }
    for profile, amount in (("customer", "108.00"), ("provider", "48.00"))
]
AT = moment("2026-10-05 09:30")

CHANGE = {"package": "openssl", "installed": "3.0.20-1", "candidate": "3.0.22-1", "update_class": "minor"}
PLANNED = {"server": "web1", "plan": "p1", "digest": "ab" * 32, "changes": [CHANGE], "reboot": True}
BOOT = {"run": "r", "server": "web1", "packages": ["libc6"], "kernel_before": "6.1.0-27", "boot_before": "b.1"}
BOOT |= {"began": AT, "seconds": 34}
CHOICE = {"server": "web1", "proposal": "T-4", "packages": ["nginx"], "by": "Ada", "said": AT, "reason": "sale"}

COPY = {"server": "web1", "what": "databases", "outcome": "ok"}

WORDS = [
    (say("backup", day="2026-10-05", began=AT, ended=AT, **COPY), "databases of 2026-10-05: ok"),
    (say("restore-drill", point="2026-10-04", seconds=81, **COPY), "databases as of 2026-10-04: ok in 81 s"),
    (say("patch-planned", refused=[CHANGE], **PLANNED), "p1: 1 update and 1 refused then a reboot digest abababababab"),
    (say("packages-updated", run="r", server="web1", plan="p1", outcome="ok", changes=[CHANGE]), "p1: ok 1 update"),
    (
        say("interruption", run="r", server="web1", service="nginx", began=AT, seconds=3),
        "nginx: silent for 3 s from 2026-10-05T09:30:00Z",
    ),
    (
        say("rebooted", outcome="ok", kernel_after="6.1.0-28", services=["dbus"], works="W-1", **BOOT),
        "rebooted in 34 s for libc6, dbus, kernel 6.1.0-27 -> 6.1.0-28 in works W-1",
    ),
    (say("rebooted", outcome="lost", message="no answer", **BOOT), "did not come back after 34 s, for libc6, kernel"),
    (say("customer-informed", run="r", server="web1", notice="N-1"), "the customer is informed by notice N-1"),
    (
        say("update-proposal", server="web1", proposal="P-1", notice="N-1", digest="ab" * 32, changes=[CHANGE]),
        "P-1: 1 update in notice N-1",
    ),
    (
        say("customer-choice", choice="deferred", until="2026-12-27", **CHOICE),
        "Ada: deferred nginx until 2026-12-27 (T-4) sale",
    ),
    (basis(level="custom"), "Librairie Occitane: level custom 240.00 EUR a month restored within 4 h since"),
    (opened(ticket="RT-1", ticket_at=AT), f"{INC}: interruption ticket RT-1 of 2026-10-05T09:30:00Z site down"),
    (opened(), f"{INC}: interruption site down"),
    (say("incident-restored", incident=INC, restored=AT, evidence="200 OK"), "restored at 2026-10-05T09:30:00Z (200"),
    (
        say("incident-attributed", incident=INC, cause="third_party", party="[red]Agency", evidence="log", settles=7),
        f"{INC}: caused by third_party [red]Agency settles 7 (log)",
    ),
    (say("incident-contested", incident=INC, contests=6, by="Zoe", reason="no"), f"{INC}: Zoe contests entry 6: no"),
    (say("incident-linked", incident=INC, problem="PRB-1"), f"{INC}: problem PRB-1"),
    (say("problem", problem="PRB-1", summary="disk", closed=True), "PRB-1: disk closed"),
    (say("probe", server="web1", probe="https", source="blackbox", state="down"), "https down (blackbox)"),
    (
        say(
            "notice-attempt",
            notice="N-1",
            recipient="ada@example.com",
            attempt=1,
            outcome="accepted",
            relay="relay:25",
            answer="250 kept",
        ),
        "N-1: accepted for ada@example.com (250 kept)",
    ),
    (
        say("breach", month="2026-10", guarantees=("gtd", "gtr"), priced=PRICED),
        "2026-10: missed gtd and gtr 108.00 EUR (customer), 48.00 EUR (provider)",
    ),
    (
        say("claim-credited", claim="C-1", credit_note="AV-1", issued="2026-11-20", amount="9.00", late_days=0),
        "9.00 EUR",
    ),
    (say("claim-applied", claim="C-1", document="order", reference="F-1", amount="9.00"), "C-1: 9.00 EUR on order F-1"),
    (
        say(
            "time-spent",
            ticket="RT-1",
            day="2026-10-05",
            worked_s=1,
            minutes=30,
            unpaid_minutes=15,
            shares=(),
            summary="x",
        ),
        "ticket RT-1: x, 30 min counted, 15 min of it billable",
    ),
]


@pytest.mark.parametrize(("entry", "words"), WORDS, ids=[entry.kind for entry, _ in WORDS])
def test_words(entry, words):
    said, _ = summary(SimpleNamespace(kind=entry.kind, data=fields_of(entry)[1]))
    assert words in said


@pytest.mark.parametrize(
    "kind", [kind for room in ("contract", "incidents", "works", "money") for kind in _KINDS_IN[room]]
)
def test_every_kind_has_a_phrase_of_fields_that_it_has(kind):
    class Fields(dict):
        def __missing__(self, name):
            assert name in model_of(kind).model_fields, f"{kind} has no field {name}"
            return [] if name in {"priced", "guarantees"} else "x"

        def get(self, name, _default=None):
            return self[name]

    assert PHRASES[kind](Fields())

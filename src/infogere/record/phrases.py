"""Entries of contracts, incidents, works, money and updates in words; each phrase is a list of parts, some empty."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Parts = list[Any]
Phrase = Callable[[Any], Parts]


def _about(name: str, *parts: Callable[[Any], Any]) -> Phrase:
    """What the entry is about, then its parts."""
    return lambda data: [f"{data[name]}:", *(part(data) for part in parts)]


def _given(field: str, before: str = "", after: str = "") -> Callable[[Any], str | None]:
    """A field with the words around it; nothing where it was not given."""
    return lambda data: f"{before}{data[field]}{after}" if data.get(field) not in (None, "", [], 0) else None


def _listed(field: str, before: str = "") -> Callable[[Any], str | None]:
    return lambda data: before + " and ".join(map(str, data[field])) if data.get(field) else None


def _hours(field: str, after: str) -> Callable[[Any], str | None]:
    return lambda data: f"{data[field]} min{after}" if data.get(field) else None


def _updates(data: Any) -> str:
    count = len(data["changes"])
    return f"{count} update{'' if count == 1 else 's'}"


PHRASES: Mapping[str, Phrase] = {
    "patch-planned": _about(
        "plan",
        _updates,
        lambda data: f"and {len(data['refused'])} refused" if data["refused"] else None,
        lambda data: "then a reboot" if data["reboot"] else None,
        lambda data: f"digest {data['digest'][:12]}",
    ),
    "packages-updated": _about("plan", _given("outcome"), _updates),
    "interruption": _about("service", _given("seconds", "silent for ", " s"), _given("began", "from ")),
    "rebooted": lambda data: [
        {"ok": "rebooted", "unhealthy": "rebooted, not whole", "lost": "did not come back"}[data["outcome"]],
        f"in {data['seconds']} s for" if data["outcome"] == "ok" else f"after {data['seconds']} s, for",
        ", ".join([*data["packages"], *data["services"]]) + ",",
        "kernel " + " -> ".join(dict.fromkeys(filter(None, (data["kernel_before"], data.get("kernel_after"))))),
        data.get("works") and f"in works {data['works']}",
        data.get("message") and f"({data['message']})",
    ],
    "customer-informed": lambda data: ["the customer is informed by notice", data["notice"]],
    "update-proposal": _about("proposal", _updates, _given("notice", "in notice ")),
    "customer-choice": _about(
        "by",
        _given("choice"),
        _listed("packages"),
        _given("until", "until "),
        _given("proposal", "(", ")"),
        _given("reason"),
    ),
    "backup": lambda data: [f"{data['what']} of {data['day']}: {data['outcome']}", data.get("message")],
    "restore-drill": lambda data: [
        f"{data['what']} as of {data['point']}: {data['outcome']} in {data['seconds']} s",
        data.get("message"),
    ],
    "contract-basis": _about(
        "customer_name",
        _given("level", "level "),
        _given("monthly_fee", after=" EUR a month"),
        _given("gtr_hours", "restored within ", " h"),
        _given("commissioned", "since "),
    ),
    "delivery": lambda data: ["delivered by", data["author"], f"note {data['notice']}", data["commissioned"]],
    "incident-opened": _about(
        "incident",
        _given("effect"),
        _given("started", "since "),
        _given("ticket", "ticket "),
        _given("ticket_at", "of "),
        _given("ticket_by", "by "),
        _given("summary"),
    ),
    "incident-ticket": _about(
        "incident", _given("ticket", "ticket "), _given("ticket_at", "of "), _given("ticket_by", "by ")
    ),
    "incident-evidence": _about(
        "incident", _given("probe"), _given("started", "failing since "), _given("evidence", "(", ")")
    ),
    "incident-restored": _about("incident", _given("restored", "restored at "), _given("evidence", "(", ")")),
    "incident-effect": _about("incident", _given("effect"), _given("evidence", "(", ")")),
    "incident-attributed": _about(
        "incident",
        _given("cause", "caused by "),
        _given("party"),
        _given("settles", "settles "),
        _given("evidence", "(", ")"),
    ),
    "incident-contested": _about(
        "incident", _given("by"), _given("contests", "contests entry ", ":"), _given("reason")
    ),
    "incident-linked": _about(
        "incident", _given("problem", "problem "), _given("works", "works "), _given("entry", "entry ")
    ),
    "incident-note": _about("incident", _given("text")),
    "problem": _about(
        "problem",
        _given("summary"),
        _given("root_cause", "cause: "),
        lambda data: "closed" if data["closed"] else None,
    ),
    "probe": lambda data: [data["probe"], data["state"], f"({data['source']})"],
    "works-announced": _about(
        "works",
        _given("start", "on "),
        _given("duration_s", "for ", " s,"),
        _given("subject"),
        _given("send_by", "notice by "),
        _given("emergency", "emergency: "),
    ),
    "works-cancelled": _about("works", _given("reason", "cancelled: ")),
    "works-done": _about("works", _given("began", "from "), _given("ended", "to "), _given("result")),
    "notice": _about("notice", _given("subject"), _listed("recipients", "to ")),
    "notice-attempt": _about("notice", _given("outcome"), _given("recipient", "for "), _given("answer", "(", ")")),
    "breach": _about(
        "month",
        _listed("guarantees", "missed "),
        lambda data: ", ".join(f"{one['total_amount']} EUR ({one['profile']})" for one in data["priced"]),
    ),
    "claim-opened": _about(
        "claim",
        _given("month"),
        _listed("guarantees"),
        _given("ticket", "ticket "),
        _given("credit_note_due", "credit note by "),
    ),
    "claim-validated": _about(
        "claim", _given("amount", after=" EUR"), _given("percent", after=" %"), _given("profile", "as read by the ")
    ),
    "claim-rejected": _about("claim", _given("reason", "rejected: ")),
    "claim-credited": _about(
        "claim",
        _given("credit_note", "credit note "),
        _given("amount", after=" EUR"),
        _given("issued", "of "),
        _given("late_days", after=" days late"),
    ),
    "claim-applied": _about("claim", _given("amount", after=" EUR on"), _given("document"), _given("reference")),
    "time-granted": _about(
        "grant",
        _hours("minutes", ""),
        _given("source"),
        _given("expires", "until "),
        _given("reference", "(", ")"),
    ),
    "time-spent": lambda data: [
        f"ticket {data['ticket']}: {data['summary']}, {data['minutes']} min counted"
        + (f", {data['unpaid_minutes']} min of it billable" if data["unpaid_minutes"] else "")
    ],
    "statement": _about("month", _given("language"), _given("head_seq", "from entry ")),
}

"""Reboots and emergencies on a customer's statement."""

from __future__ import annotations

from typing import Any

from doubles.told import epoch, say, statement
from infogere.statements.render import html

BOOT = {"run": "r1", "server": "web1", "packages": ["linux-image-6.1.0-28-amd64"], "boot_before": "b.1"}


def rebooted(when: str, **more: Any) -> Any:
    values = {**BOOT, "outcome": "ok", "kernel_before": "6.1.0-27-amd64", "seconds": 34, "began": when, **more}
    return say("rebooted", when, **values)


def decided(when: str, **more: Any) -> Any:
    facts = {"run": "r1", "server": "web1", "action": "patch-critical", "allowed": True, "clause": "A-L3-25"}
    return say("decision", when, **{**facts, "reason": "emergency", "emergency": "CVE-2026-1", **more})


def test_reboots_of_the_month_with_what_asked_for_them(clauses: Any) -> None:
    told = statement(
        rebooted("2024-05-31 23:00"),
        rebooted("2024-06-04 22:30", kernel_after="6.1.0-28-amd64", services=["dbus"], works="W-1"),
        rebooted("2024-06-05 22:30", outcome="lost", seconds=600),
    )
    shown = [(row.at, row.outcome, row.reasons, row.kernels, row.works) for row in told.reboots]
    assert shown == [
        (
            epoch("2024-06-04 22:30"),
            "ok",
            ("linux-image-6.1.0-28-amd64", "dbus"),
            ("6.1.0-27-amd64", "6.1.0-28-amd64"),
            "W-1",
        ),
        (epoch("2024-06-05 22:30"), "lost", ("linux-image-6.1.0-28-amd64",), None, None),
    ]
    french, english = (html(told, code, clauses) for code in ("fr", "en"))
    assert "web1 redémarré en" in french.replace("\u00a0", " ")
    assert "Kernel: 6.1.0-27-amd64 → 6.1.0-28-amd64." in english


def test_an_emergency_says_when_the_customer_was_told(clauses: Any) -> None:
    notice = {"notice": "N-1", "purpose": "emergency", "language": "fr", "recipients": ["a@example.org"]}
    notice |= {"subject": "s", "message_id": "<N-1@x>", "digest": "0" * 64}
    attempt = {"notice": "N-1", "recipient": "a@example.org", "attempt": 1, "relay": "r", "answer": "250"}
    told = statement(
        decided("2024-06-04 22:00"),  # entry 2, after the order form
        say("notice", "2024-06-04 22:01", follows=2, **notice),
        say("notice-attempt", "2024-06-04 22:02", outcome="accepted", **attempt),
        decided("2024-06-04 22:03", server="web2"),
        say("customer-informed", "2024-06-04 22:04", run="r1", server="web2", notice="N-1", follows=5),
        decided("2024-06-05 22:00", action="reboot"),
        decided("2024-06-06 22:00", explain=["check mode"]),
        decided("2024-06-07 22:00", emergency=None),
    )
    at = epoch("2024-06-04 22:02")
    shown = [(row.server, row.action, row.told) for row in told.emergencies]
    assert shown == [("web1", "patch-critical", at), ("web2", "patch-critical", at), ("web1", "reboot", None)]
    french = html(told, "fr", clauses)
    assert "Le registre ne prouve pas que le client en a été informé." in french

"""Maintenance, backups, claims and support time, as the entries of one contract tell them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from doubles.told import epoch, say, sold, statement
from infogere.record.entries import Entry


def run(name: str, begin: str, end: str | None, **values: Any) -> list[Entry]:
    begun = {"run": name, "server": "web1", "playbook": "patch", "reason": "timer", "operator": "timer", **values}
    entries = [say("run-begin", begin, **begun)]
    if end is not None:
        entries.append(
            say("run-end", end, run=name, server="web1", outcome="ok", check_mode=begun.get("check_mode", False))
        )
    return entries


def updated(server: str, when: str, *packages: str, outcome: str = "ok") -> Entry:
    changes = [
        {"package": name, "installed": "1.0.0", "candidate": "1.0.1", "update_class": "minor"} for name in packages
    ]
    return say("packages-updated", when, run="r1", server=server, plan="p1", outcome=outcome, changes=changes)


def backup(day: str, what: str = "databases", outcome: str = "ok", **values: Any) -> Entry:
    facts = {"server": "web1", "day": day, "began": f"{day} 22:00", "ended": f"{day} 22:10", **values}
    return say("backup", f"{day} 22:10", what=what, outcome=outcome, **facts)


def test_runs_of_the_month_without_rehearsals() -> None:
    told = statement(
        *run("r0", "2024-05-31 23:30", "2024-06-01 00:30"),
        *run("r1", "2024-06-04 09:00", "2024-06-04 09:05"),
        *run("r2", "2024-06-05 09:00", "2024-06-05 09:05", check_mode=True),
        *run("r3", "2024-06-06 09:00", None),
    )
    assert [(run.begin, run.end, run.outcome) for run in told.runs] == [
        (epoch("2024-06-04 09:00"), epoch("2024-06-04 09:05"), "ok"),
        (epoch("2024-06-06 09:00"), None, None),
    ]


def test_servers_with_the_same_updates_share_a_row() -> None:
    told = statement(
        updated("web1", "2024-05-31 09:00", "nginx"),
        updated("web2", "2024-06-04 09:00", "nginx", "curl"),
        updated("web1", "2024-06-04 10:00", "curl", "nginx"),
        updated("web1", "2024-06-05 10:00", "curl", outcome="failed"),
        updated("web1", "2024-06-06 10:00"),
    )
    rows = [(row.day, row.servers, row.outcome, [change.package for change in row.changes]) for row in told.updates]
    assert rows == [
        (date(2024, 6, 4), ("web1", "web2"), "ok", ["curl", "nginx"]),
        (date(2024, 6, 5), ("web1",), "failed", ["curl"]),
    ]


def test_the_backup_matrix_has_as_many_days_as_are_kept() -> None:
    days = [(date(2024, 6, 1) + timedelta(days=number)).isoformat() for number in range(30)]
    entries = [backup(day, outcome="failed" if day == "2024-06-10" else "ok", size_bytes=10) for day in days]
    databases, files = statement(*entries, basis=sold(options={"backup": True})).backups.rows
    assert (databases.what, databases.retention_days, len(databases.cells)) == ("databases", 28, 28)
    assert (files.what, files.retention_days, len(files.cells)) == ("files", 7, 7)
    assert (databases.cells[0].day, databases.cells[-1].day) == (date(2024, 6, 3), date(2024, 6, 30))
    assert (databases.kept, databases.owed, databases.last_size) == (27, 28, 10)
    assert {cell.state for cell in files.cells} == {"none"}, "ordered, and nothing on record"


def test_a_second_try_of_the_same_night_counts() -> None:
    entries = [backup("2024-06-30", outcome="failed"), backup("2024-06-30"), backup("2024-06-30", outcome="failed")]
    assert statement(*entries).backups.rows[0].cells[-1].state == "ok"


def test_no_point_is_due_before_commissioning_or_before_the_night() -> None:
    young = sold(commissioning_date="2024-06-25", options={"backup": True})
    entries = [backup(f"2024-06-{day}", "files") for day in ("25", "26", "27")]
    _, files = statement(*entries, basis=young, now="2024-06-28 12:00").backups.rows
    states = [(cell.day.day, cell.state) for cell in files.cells]
    assert states == [
        (21, "before"),
        (22, "before"),
        (23, "before"),
        (24, "before"),
        (25, "ok"),
        (26, "ok"),
        (27, "ok"),
    ]
    assert files.owed == 3


@pytest.mark.parametrize(("options", "ordered"), [({"backup": True}, True), ({}, False)])
def test_backups_that_nobody_made(options: dict[str, bool], ordered: bool) -> None:
    backups = statement(basis=sold(options=options)).backups
    assert (backups.ordered, backups.rows, backups.drill) == (ordered, (), None)


def test_the_last_drill_before_the_month_ended() -> None:
    def drill(when: str, outcome: str) -> Entry:
        return say("restore-drill", when, server="web1", what="files", point=when[:10], outcome=outcome, seconds=60)

    told = statement(
        drill("2024-06-11 10:00", "failed"), drill("2024-05-02 10:00", "ok"), drill("2024-07-02 10:00", "ok")
    )
    assert told.backups.drill is not None
    assert (told.backups.drill.at, told.backups.drill.ok) == (epoch("2024-06-11 10:00"), False)


def claim(kind: str, when: str, name: str = "C-1", **values: Any) -> Entry:
    return say(f"claim-{kind}", when, claim=name, **values)


def asked(name: str, month: str) -> Entry:
    return claim(
        "opened", "2024-07-02 09:00", name, month=month, guarantees=["gtd"], ticket="T-9",
        ticket_at="2024-07-02 08:00", credit_note_due="2024-08-01",
    )  # fmt: skip


def test_a_claim_from_request_to_use() -> None:
    figures = {"rate": "99.8", "unavailable_s": 1, "planned_s": 0, "breach": True, "gtd_percent": "2.5"}
    figures |= {"gtd_amount": "3.00", "gtr_percent": "0", "gtr_amount": "0.00"}
    figures |= {"total_percent": "2.5", "total_amount": "3.00"}
    priced = [{"profile": profile, **figures} for profile in ("customer", "provider")]
    story = [
        asked("C-1", "2024-06"),
        asked("C-2", "2024-05"),
        claim(
            "validated",
            "2024-07-03 09:00",
            profile="customer",
            amount="3.00",
            percent="2.5",
            priced=priced,
            arithmetic=(),
        ),
        claim("credited", "2024-07-04 09:00", credit_note="A-1", issued="2024-07-04", amount="3.00", late_days=0),
        claim("applied", "2024-07-05 09:00", document="order", reference="O-1", amount="3.00"),
        claim("rejected", "2024-07-05 09:00", "C-2", reason="no breach"),
    ]
    states = [statement(*story[:number], now="2024-07-09 09:00").claims[0].state for number in (2, 3, 4, 5)]
    assert states == ["opened", "validated", "credited", "applied"]
    (only,) = statement(*story, now="2024-07-09 09:00").claims
    assert (only.amount, only.credit_note, only.due) == (Decimal("3.00"), "A-1", date(2024, 8, 1))
    assert statement(*story, month="2024-05", now="2024-07-09 09:00").claims[0].reason == "no breach"


def test_time_credits_that_were_open_in_the_month() -> None:
    def grant(name: str, source: str, granted: str, expires: str) -> Entry:
        facts = {"grant": name, "source": source, "minutes": 60, "granted": granted, "expires": expires}
        return say("time-granted", f"{granted} 00:10", **facts)

    def spent(day: str, minutes: int, shares: dict[str, int], unpaid: int = 0) -> Entry:
        parts = [{"grant": name, "minutes": part} for name, part in shares.items()]
        facts = {"ticket": "T-1", "day": day, "worked_s": minutes * 60 - 30, "summary": "work", "shares": parts}
        return say("time-spent", f"{day} 18:00", minutes=minutes, unpaid_minutes=unpaid, **facts)

    told = statement(
        grant("may", "allowance", "2024-05-01", "2024-05-31"),
        grant("bought", "managed-hours", "2024-05-20", "2024-06-19"),
        grant("june", "allowance", "2024-06-01", "2024-06-30"),
        grant("july", "allowance", "2024-07-01", "2024-07-31"),
        spent("2024-05-22", 30, {"bought": 30}),
        spent("2024-06-04", 45, {"bought": 15, "june": 30}),
        spent("2024-06-05", 60, {"june": 30}, unpaid=30),
        spent("2024-07-01", 15, {"july": 15}),
    ).time
    assert [(one.source, one.used_before, one.used_here, one.left) for one in told.grants] == [
        ("managed-hours", 30, 15, 15),
        ("allowance", 0, 60, 0),
    ]
    assert (told.minutes, told.unpaid_minutes, [line.day.day for line in told.spent]) == (105, 30, [4, 5])


@pytest.mark.parametrize(("hours", "minutes"), [("2", 120), ("0", 0)])
def test_what_the_order_form_says_of_support_time(hours: str, minutes: int) -> None:
    assert statement(basis=sold(options={"time_credit_hours": hours})).time.ordered_minutes == minutes

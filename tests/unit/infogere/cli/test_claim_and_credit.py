"""``infogere claim`` and ``credit`` as accounting and support use them."""

from __future__ import annotations

import pytest


@pytest.fixture
def missed(controller):
    """June 2024 was missed by an outage of five hours."""
    began = "2024-06-10T10:00"
    opened = controller(
        *("incident", "open", "-s", "web1", "-m", "down", "--started", began, "--probe", "https"),
        *("--ticket", "1", "--ticket-at", began, "--json"),
    )
    assert opened.code == 0, opened.err
    controller("incident", "restore", opened.json["incident"], "--at", "2024-06-10T15:01")
    return controller


def test_a_missed_month_is_claimable_then_late_then_used(missed):
    scanned = missed("claim", "scan", "--month", "2024-06")
    assert "OF-1  missed gtd and gtr: 108.00 EUR (customer), 48.00 EUR (provider)" in scanned.out
    assert "OF-2  kept" not in scanned.out, "a contract that the record does not know is not computed"
    (waiting,) = missed("claim", "list", "--json").json
    assert (waiting["state"], waiting["amount"]) == ("claimable", "108.00")
    assert missed("claim", "list", "--alarm", "7").code == 0

    asked = missed(
        "claim", "open", "-c", "OF-1", "--month", "2024-06", "--ticket", "9", "--ticket-at", "2024-07-02T09:00"
    )
    assert "108.00 EUR as the customer reads the contract" in asked.out
    assert "credit note due by 2024-08-01  [A-5.1-11]" in asked.out
    number = asked.out.split()[0]
    late = missed("claim", "list", "--alarm", "7")
    assert (late.code, "LATE by" in late.out) == (1, True)

    validated = missed("claim", "validate", number)
    assert "108.00 EUR is owed, 45 % of the month" in validated.out
    assert "month as the provider reads it: 20 %, 48.00 EUR" in validated.out
    credited = missed("claim", "credit", number, "--credit-note", "AV-1", "--issued", "2024-08-03")
    assert "2 days late  [A-5.1-11]" in credited.out
    assert missed("claim", "list", "--alarm", "7").code == 0
    assert missed("claim", "apply", number, "--renewal", "F-1", "--invoice", "F-2").code == 1
    assert missed("claim", "apply", number, "--renewal", "F-1", "--amount", "8,00").code == 1
    assert missed("claim", "apply", number, "--renewal", "F-1").code == 0
    shown = missed("claim", "show", number)
    assert f"{number}  applied  OF-1, 2024-06" in shown.out
    assert "6 started" in shown.out, "the arithmetic is kept"


def test_support_time(controller):
    granted = controller("credit", "allowance")
    assert "OF-1  120 min for" in granted.out
    assert "nothing to credit" in controller("credit", "allowance", "-c", "OF-1").out
    bought = controller(
        *("credit", "buy", "-c", "OF-1", "--hours", "1.5", "--kind", "managed", "--reference", "D-1, paid F-1")
    )
    assert "1 h 30 min, last day" in bought.out
    spent = controller("credit", "spend", "-c", "OF-1", "--ticket", "1400", "--worked", "3h40m", "-m", "audit")
    assert "3 h 45 min counted for 3h40m worked  [A-4.1.4-4]" in spent.out
    assert "15 min found no credit: billable" in spent.out
    assert controller("credit", "balance", "-c", "OF-1", "--json").json["minutes"] == 0
    assert controller("credit", "list", "-c", "OF-1").out.count("used up") == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["buy", "-c", "OF-1", "--hours", "0", "--kind", "managed", "--reference", "x"], "'0' is no number of hours"),
        (["buy", "-c", "OF-1", "--hours", "1", "--kind", "free", "--reference", "x"], "no kind of hours 'free'"),
        (["spend", "-c", "OF-1", "--ticket", " ", "--worked", "1h", "-m", "x"], "--ticket is empty"),
        (["spend", "-c", "OF-1", "--ticket", "1", "--worked", "long", "-m", "x"], "'long' is no duration"),
        (["allowance", "--month", "June"], "'June' is no month"),
        (["balance", "-c", "OF-7"], "no order form OF-7"),
    ],
)
def test_mistakes_get_one_line(controller, arguments, words):
    said = controller("credit", *arguments)
    assert (said.code, words in said.err) == (1, True)


def test_a_credit_for_the_time_to_restore_has_no_time_limit_as_the_provider_reads_it(missed):
    asked = ("claim", "open", "-c", "OF-1", "--month", "2024-06", "--ticket", "9", "--ticket-at", "2024-07-02T09:00")
    opened = missed(*asked, "--guarantee", "gtr", "--profile", "provider")
    assert "its credit note has no time limit  [A-5.2-6, Q25]" in opened.out
    assert missed("claim", "list", "--alarm", "9999").code == 0
    (waiting,) = missed("claim", "list", "--open", "--json").json[1:]
    assert (waiting["due"], waiting["days_left"]) == (None, None)
    assert "credit note by  no time limit" in missed("claim", "show", waiting["claim"]).out
    assert missed(*asked, "--profile", "both").code == 1

"""The shipped terms: every figure, every clause, and what each level owes and refuses."""

from __future__ import annotations

from decimal import Decimal

import pytest

from infogere import terms
from infogere.errors import InfogereError
from infogere.terms import yamlfile
from infogere.terms.loading import SHIPPED, check_clauses, quoted_clauses


@pytest.fixture(scope="module")
def contract() -> terms.Terms:
    return terms.load()


def test_figures_of_the_contract(contract: terms.Terms) -> None:
    assert contract.version == "HBT-20220901-01"
    assert (contract.availability.rate.percent, contract.availability.monthly_limit.seconds) == (Decimal("99.9"), 2592)
    assert contract.availability.penalty.percent == Decimal("2.5")
    assert contract.availability.penalty.slice.seconds == 3600
    assert contract.availability.credit_note_due.days == 30
    assert [(band.up_to_hours, band.percent) for band in contract.restore_time.bands] == [
        (1, 20),
        (2, 30),
        (3, 40),
        (None, 50),
    ]
    assert f"{contract.backups.databases.at:%H:%M}" == "22:00"
    assert contract.backups.databases.engines == ("mysql", "postgresql", "mongodb")
    assert (contract.backups.databases_retention.days, contract.backups.files_retention.days) == (28, 7)
    assert contract.planned_works.notice.days == 8
    assert contract.private_cloud.bandwidth.threshold.megabits_per_second == 101
    assert contract.private_cloud.bandwidth.notice.seconds == 72 * 3600
    assert contract.mail.sanction_minimum.days == 5
    assert contract.support.unit.minutes == 15
    assert contract.support.bought_hours.days == 30
    assert contract.support.occasional_hours.working_days == 30
    assert contract.domains.transfer_before_renewal.days == 45
    assert contract.liability_ceiling.months == 6
    assert contract.updates.minor.components == (3,)
    assert contract.updates.major.components == (1, 2)


def test_every_rule_quotes_its_own_article(contract: terms.Terms) -> None:
    assert contract.availability.monthly_limit.clause == "A-5.1-2"
    assert contract.backups.databases_retention.clause == "A-4.5-3"
    assert contract.support.occasional_hours.clause == "A-4.2-4"
    assert {service.clause for service in contract.plesk_services} == {"A-L3-4"}


def test_seven_services_four_objects(contract: terms.Terms) -> None:
    assert [service.name for service in contract.plesk_services] == [
        "nginx", "apache", "php", "mysql", "mail", "ftp", "webmail",
    ]  # fmt: skip
    assert contract.ticket_objects.objects == ("vhost", "database", "database-user", "ftp-account")
    assert contract.ticket_objects.levels == ("custom",)


@pytest.mark.parametrize("file", ["HBT-20220901-01.yml", "readings.yml"])
def test_every_quoted_clause_exists(file: str) -> None:
    data = yamlfile.read(SHIPPED / file, "file")
    assert len(list(quoted_clauses(data))) > 20
    check_clauses(SHIPPED / file, data, terms.obligations())


def test_all_clauses_are_listed_once_and_quotable() -> None:
    obligations = terms.obligations()
    assert len(obligations.clauses) == 181
    assert obligations.quote("A-4.4-2") == "A-4.4-2: The provider never creates mailboxes for the customer."
    assert list(obligations.of_article("5.3")) == ["A-5.3-1", "A-5.3-2"]
    assert list(obligations.of_article("A-5.1-2")) == ["A-5.1-2"]
    assert obligations.of_article("9.9") == {}


def test_an_unknown_clause_is_answered_with_near_ones() -> None:
    with pytest.raises(InfogereError, match=r"no clause A-4\.4-22 .* did you mean .*A-4\.4-2"):
        terms.obligations().get("A-4.4-22")


REFUSED_EVERYWHERE = {"provision-mailbox": "A-4.4-2", "configure-private-cloud": "A-3.2.1-1"}


@pytest.mark.parametrize("level", terms.LEVELS)
@pytest.mark.parametrize(("action", "clause"), REFUSED_EVERYWHERE.items())
def test_refused_at_every_level(contract: terms.Terms, level: terms.LevelName, action: str, clause: str) -> None:
    rule = contract.levels[level].actions[action]  # type: ignore[index]
    assert (rule.verdict, rule.clause) == ("refused", clause)
    assert rule.way_out


TICKET_OBJECT = {"basic": "A-L4-6", "supervision": "A-L4-6", "plesk": "A-L4-6"}
NOT_PATCHED = {"basic": "A-L1-1", "supervision": "A-L2-3"}


@pytest.mark.parametrize(
    ("action", "refused"),
    [
        ("patch-minor", NOT_PATCHED),
        ("patch-major", NOT_PATCHED),
        ("patch-critical", NOT_PATCHED),
        ("converge", NOT_PATCHED),
        ("provision-vhost", TICKET_OBJECT),
        ("provision-database", TICKET_OBJECT),
        ("provision-database-user", TICKET_OBJECT),
        ("provision-ftp-account", TICKET_OBJECT),
        ("throttle", dict.fromkeys(terms.LEVELS, "A-3.2.4-1")),
        ("backup", {}),
        ("cut", {}),
    ],
)
def test_refusing_clause_by_level(contract: terms.Terms, action: terms.ActionName, refused: dict[str, str]) -> None:
    rules = {name: level.actions[action] for name, level in contract.levels.items()}
    assert {name: rule.clause for name, rule in rules.items() if rule.verdict == "refused"} == refused


def test_emergency_is_a_faculty_at_level_3_and_a_duty_at_level_4(contract: terms.Terms) -> None:
    assert contract.levels["plesk"].duties["emergency-work"].status == "may"
    assert contract.levels["custom"].duties["emergency-work"].status == "owed"
    assert contract.levels["plesk"].actions["patch-minor"].window == "A-L3-24"
    assert contract.levels["custom"].actions["patch-minor"].emergency == "A-L4-12"


def test_integrity_is_watched_at_level_4_only(contract: terms.Terms) -> None:
    owed = [name for name in terms.LEVELS if contract.levels[name].duties["integrity-monitoring"].status == "owed"]
    assert owed == ["custom"]


@pytest.mark.parametrize(
    ("state", "effects"),
    [
        ("active", ("connected", "per-level", "per-level", "due")),
        ("isolated", ("connected", "lost", "lost", "due")),
        ("network-cut", ("cut", "kept", "correction-only", "due")),
        ("suspended", ("cut", "kept", "lost", "due")),
        ("mail-suspended", ("connected", "per-level", "per-level", "due")),
        ("bandwidth-reduced", ("shaped", "kept", "not-applicable", "due")),
        ("terminated", ("cut", "lost", "lost", "general-terms")),
    ],
)
def test_states(contract: terms.Terms, state: terms.StateName, effects: tuple[str, ...]) -> None:
    row = contract.states[state]
    assert (row.internet, row.monitoring, row.preventive_maintenance, row.fees) == effects


def test_a_terminated_server_allows_nothing(contract: terms.Terms) -> None:
    replaced = contract.states["terminated"].actions
    for level in contract.levels.values():
        allowed = [name for name, rule in level.actions.items() if replaced.get(name, rule).verdict != "refused"]
        assert allowed == []

"""Each fault of an inventory: where it is, by which clause, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from infogere import terms
from infogere.errors import InfogereError
from infogere.fleet.check import check, find_contract, find_server, load

Spoil = Callable[..., str]
EXAMPLE = Path(__file__).parents[4] / "inventories" / "example"
TERMS = terms.load()

# host, what is written, what it becomes, line, key, clause, words of the finding
FAULTS = [
    ("web1", "gtr:", "gtrs:", 8, "order_form.gtrs", "A-5.1-1", "unknown key -> did you mean gtr?"),
    ("web1", "restore: true", "restor: true", 11, "order_form.options.restor", "A-4.5-1", "did you mean restore?"),
    ("web1", "level: custom", "level: costum", 5, "order_form.level", "A-4.1.4-1", "did you mean custom?"),
    ("web1", "  customer: someone\n", "", 2, "order_form.customer", "A-3.1.3-8", "is missing"),
    ("web1", "{hours: 4}", "{}", 8, "order_form.gtr.hours", "A-5.2-3", "is missing"),
    ("web1", "{hours: 4}", "{hours: -4}", 8, "order_form.gtr.hours", "A-5.2-3", "greater than 0"),
    ("web1", "120.50", "120.505", 7, "order_form.monthly_fee", "A-5.1-8", "more than two decimals"),
    ("web1", "120.50", "plenty", 7, "order_form.monthly_fee", "A-5.1-8", "'plenty'"),
    ("web1", "2026-01-05", "soon", 6, "order_form.commissioning_date", "A-3.1.1-4", "'soon'"),
    ("web1", "[shop.example.net]", "['shop;rm -rf']", 12, "order_form.sites[0]", "A-3.1.3-8", "not a domain name"),
    ("web1", "backup: true", "backup: false", 11, "order_form.options.restore", "A-4.5-7", "nothing to restore"),
    (
        "web1",
        "  gtr:",
        "  hosted_here: false\n  gtr:",
        11,
        "order_form.options.backup",
        "A-4.5-6",
        "no backup at all",
    ),
    (
        "web1",
        "  gtr:",
        "  private_cloud: true\n  gtr:",
        8,
        "order_form.private_cloud",
        "A-3.2.1-1",
        "never administered by the provider",
    ),
    ("web1", "level: custom", "level: plesk", 5, "order_form.level", "A-L3-2", "the host is in level_custom"),
    ("web1", "customer: someone", "customer: other", 4, "order_form.customer", "A-3.1.3-8", "in customer_someone"),
    ("web1", "  gtr:", "  terms: OLD-1\n  gtr:", 8, "order_form.terms", "A-1-1", "signed under OLD-1"),
    (
        "web1",
        "  gtr:",
        "  readings: {afternon_starts: '14:00'}\n  gtr:",
        8,
        "order_form.readings.afternon_starts",
        "A-5.1-1",
        "did you mean afternoon_starts?",
    ),
    (
        "web1",
        "restore: true",
        "restore: true\n    engineer_fix: true",
        12,
        "order_form.options.engineer_fix",
        "A-L4-7",
        "included in level custom",
    ),
    ("depot", "      mail: ada@example.net\n", "", 6, "order_form.contacts", "A-L2-4", "name, phone and mail"),
    ("depot", "+33 1", "call me 1", 8, "order_form.contacts[0].phone", "A-L2-4", "not a telephone number"),
    (
        "depot",
        "  contacts:",
        "  options: {engineer_fix: true}\n  contacts:",
        6,
        "order_form.options.engineer_fix",
        "A-L2-5",
        "only with a time credit",
    ),
    (
        "depot",
        "  contacts:",
        "  options: {antispam: true}\n  contacts:",
        6,
        "order_form.options.antispam",
        "A-L2-3",
        "no mail service",
    ),
    (
        "depot",
        "  contacts:",
        "  sites: [SHOP.example.net.]\n  contacts:",
        6,
        "order_form.sites[0]",
        "A-3.1.3-8",
        "already a site of",
    ),
]


def test_a_sound_inventory_has_no_fault(inventory: Path) -> None:
    report = check((str(inventory),), TERMS)
    assert report.findings == ()
    assert sorted(report.fleet.servers) == ["depot.example.net", "web1.example.net"]


@pytest.mark.parametrize(
    ("host", "old", "new", "line", "key", "clause", "words"), FAULTS, ids=[f"{case[4]} {case[5]}" for case in FAULTS]
)
def test_fault(  # noqa: PLR0917 - one parameter per column of the table
    host: str, old: str, new: str, line: int, key: str, clause: str, words: str, spoil: Spoil
) -> None:
    findings = check((spoil(host, old, new),), TERMS).findings
    found = [finding for finding in findings if (finding.key, finding.clause) == (key, clause)]
    assert found, [str(finding) for finding in findings]
    assert words in f"{found[0].message} -> {found[0].way_out}"
    assert found[0].place.file.startswith("fleet/host_vars/")
    assert found[0].place.line == line


def test_all_faults_at_once(spoil: Spoil) -> None:
    spoil("web1", "gtr:", "gtrs:")
    spoil("web1", "backup: true", "backup: false")
    findings = check((spoil("depot", "mail: ada@example.net", "mail: nobody"),), TERMS).findings
    assert {finding.key for finding in findings} == {
        "order_form.gtrs",
        "order_form.options.restore",
        "order_form.contacts[0].mail",
        "order_form.contacts",
    }


def test_no_order_form_names_the_misspelt_variable(spoil: Spoil) -> None:
    finding = check((spoil("web1", "order_form:", "oder_form:"),), TERMS).findings[0]
    assert (finding.place.file, finding.key) == ("fleet/hosts.yml", "order_form")
    assert "oder_form is no variable of a fleet" in finding.way_out


def test_an_unknown_level_group_is_told_the_nearest(inventory: Path) -> None:
    hosts = inventory / "hosts.yml"
    hosts.write_text(hosts.read_text().replace("level_custom", "level_costum"))
    finding = check((str(inventory),), TERMS).findings[0]
    assert "group level_costum is no level -> did you mean level_custom?" in f"{finding.message} -> {finding.way_out}"


def test_a_private_cloud_in_a_configuring_group(spoil: Spoil) -> None:
    spoil("web1", "  gtr:", "  private_cloud: true\n  gtr:")
    findings = check((spoil("web1", "level: custom", "level: basic"),), TERMS).findings
    assert any("level_custom, whose roles would configure it" in finding.message for finding in findings)


def test_one_reference_with_two_texts(spoil: Spoil) -> None:
    findings = check((spoil("depot", "OF-2", "OF-1"),), TERMS).findings
    assert [finding.key for finding in findings] == ["order_form.id"]
    assert "differs from" in findings[0].message


def test_a_group_fault_is_told_once(inventory: Path) -> None:
    hosts = inventory / "hosts.yml"
    hosts.write_text(hosts.read_text().replace("web1.example.net:", "web1.example.net:\n        web2.example.net:"))
    (inventory / "group_vars").mkdir()
    form = (inventory / "host_vars" / "web1.example.net.yml").read_text().replace("gtr:", "gtrs:")
    (inventory / "group_vars" / "customer_someone.yml").write_text(form)
    (inventory / "host_vars" / "web1.example.net.yml").unlink()
    (finding,) = check((str(inventory),), TERMS).findings
    assert finding.server == "web1.example.net and 1 more"
    assert finding.place.file == "fleet/group_vars/customer_someone.yml"


def test_a_server_is_found_though_another_one_is_faulty(spoil: Spoil) -> None:
    path = spoil("depot", "level: supervision", "level: supervison")
    assert find_server("web1.example.net", (path,), TERMS).order_form.id == "OF-1"
    with pytest.raises(InfogereError, match=r"depot\.example\.net\.yml:5: .*did you mean supervision"):
        find_server("depot.example.net", (path,), TERMS)
    with pytest.raises(InfogereError, match="did you mean web1"):
        find_server("web2.example.net", (path,), TERMS)
    with pytest.raises(InfogereError, match="supervison"):
        load((path,), TERMS)


def test_the_example_is_sound_and_shows_everything() -> None:
    report = check((str(EXAMPLE),), TERMS)
    assert report.findings == ()
    forms = [server.order_form for server in report.fleet]
    assert {form.level for form in forms} == set(terms.LEVELS)
    assert any(form.private_cloud for form in forms)
    assert any(not form.hosted_here for form in forms)


def test_the_servers_of_one_order_form(inventory: Path) -> None:
    shop = find_contract("OF-2026-0042", (str(EXAMPLE),), TERMS)
    assert {server.order_form.id for server in shop} == {"OF-2026-0042"}
    assert len(shop) == 2
    with pytest.raises(InfogereError, match="no order form OF-2026-0043") as refusal:
        find_contract("OF-2026-0043", (str(EXAMPLE),), TERMS)
    assert refusal.value.way_out.startswith("did you mean OF-2026-00")


def test_two_texts_under_one_order_form_are_refused(inventory: Path) -> None:
    depot = inventory / "host_vars" / "depot.example.net.yml"
    depot.write_text(depot.read_text().replace("OF-2", "OF-1"))
    with pytest.raises(InfogereError, match="OF-1 differs from"):
        find_contract("OF-1", (str(inventory),), TERMS)


def test_a_fault_of_one_contract_does_not_stop_another(spoil: Spoil) -> None:
    source = spoil("depot", "level: supervision", "level: costly")
    assert [server.name for server in find_contract("OF-1", (source,), TERMS)] == ["web1.example.net"]
    with pytest.raises(InfogereError, match=r"depot\.example\.net\.yml:\d+: .*costly"):
        find_contract("OF-2", (source,), TERMS)

"""From a transaction to a plan: verdicts, separation, series in names, the customer's choices, the digest."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infogere import terms
from infogere.errors import InfogereError
from infogere.patching.facts import pending_of
from infogere.patching.judging import Judge
from infogere.patching.plan import Choice, Plan, plan_of

JUDGE = Judge(terms.load(), terms.readings())
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def change(package: str, installed: str | None, candidate: str | None, *needs: str, **more: Any) -> dict[str, Any]:
    return {"package": package, "installed": installed, "candidate": candidate, "needs": needs, **more}


def plan(*changes: dict[str, Any], choices: dict[str, Choice] | None = None, **more: Any) -> Plan:
    pending = pending_of("web1", {"changes": changes, **more})
    return plan_of("web1", "OF-1", pending, JUDGE, choices=choices, now=NOW)


def verdicts(made: Plan) -> dict[str, str]:
    return {item.package: item.verdict for item in made.changes}


def test_the_minor_part_is_separated_from_the_major_one() -> None:
    made = plan(
        change("nginx", "1.24.0-1", "1.26.0-1", "libnginx"),
        change("libnginx", "1.24.0-1", "1.26.0-1", "nginx"),
        change("openssl", "3.0.20-1", "3.0.22-1"),
        change("nginx-module", "1.0.1-1", "1.0.2-1", "nginx"),
        change("nginx-docs", "1.0.1-1", "1.0.2-1", "nginx-module"),
    )
    assert made.worst == "major"
    assert [item.package for item in made.planned] == ["openssl"]
    docs = next(item for item in made.refused if item.package == "nginx-docs")
    assert docs.update_class == "minor"
    assert "cannot come without nginx-module" in docs.reason
    assert docs.clause == "A-L3-23"


def test_a_removal_takes_what_causes_it_along() -> None:
    made = plan(change("php-old", "1.0.0-1", None), change("php-new", "1.0.1-1", "1.0.2-1", "php-old"))
    assert verdicts(made) == {"php-old": "refused", "php-new": "refused"}


def test_a_new_dependency_comes_with_what_asks_for_it() -> None:
    asked = plan(change("tool", "1.0.1-1", "1.0.2-1", "libnew1"), change("libnew1", None, "3.1.0-1"))
    assert verdicts(asked) == {"tool": "planned", "libnew1": "planned"}
    orphan = plan(change("tool", "1.0.1-1", "1.1.0-1", "libnew1"), change("libnew1", None, "3.1.0-1"))
    assert verdicts(orphan) == {"tool": "refused", "libnew1": "refused"}


@pytest.mark.parametrize(
    ("package", "candidate", "relative", "before", "update_class", "reboot"),
    [
        ("linux-image-6.1.0-18-amd64", "6.1.76-1", "linux-image-6.1.0-17-amd64", "6.1.69-1", "minor", True),
        ("linux-image-6.12.9-amd64", "6.12.9-1", "linux-image-6.1.0-17-amd64", "6.1.69-1", "major", False),
        ("php8.4-fpm", "8.4.1-1", "php8.2-fpm", "8.2.20-1", "major", False),
        ("libfoo6", "1.2.4-1", "libfoo5", "1.2.3-1", "minor", False),
        ("mariadb-server-11.8", "1:11.8.2-1", "mariadb-server-10.11", "1:10.11.6-1", "major", False),
    ],
)
def test_a_series_in_the_package_s_name(  # noqa: PLR0917 - one parameter per column
    package: str, candidate: str, relative: str, before: str, update_class: str, reboot: bool
) -> None:
    made = plan(
        change("meta", "1.0.1-1", "1.0.2-1", package),
        change(package, None, candidate, relatives=[{"package": relative, "installed": before}]),
    )
    found = next(item for item in made.changes if item.package == package)
    assert found.update_class == update_class
    assert found.reason.startswith(f"succeeds {relative}: ")
    assert made.reboot == reboot
    assert verdicts(made)["meta"] == ("planned" if update_class == "minor" else "refused")


def test_the_customer_s_choices() -> None:
    changes = (change("nginx", "1.24.0-1", "1.26.0-1"), change("openssl", "3.0.20-1", "3.0.22-1"))
    agreed = plan(*changes, choices={"nginx": Choice("agreed", "Q-17", "ada")})
    assert verdicts(agreed) == {"nginx": "planned", "openssl": "planned"}
    assert agreed.agreements == ("Q-17",)
    refused = plan(*changes, choices={"openssl": Choice("deferred", "T-4", "ada")})
    assert not refused.planned
    assert "the customer deferred it (T-4, ada)" in refused.refused[1].reason


def test_consent_to_an_update_is_none_to_a_downgrade_or_a_removal_chain() -> None:
    made = plan(change("nginx", "1.26.0-1", "1.24.0-1"), choices={"nginx": Choice("agreed", "Q-17", "ada")})
    assert not made.planned


def test_nothing_pending_is_a_plan_too() -> None:
    made = plan()
    assert (made.worst, made.planned, made.reboot) == (None, (), False)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"changes": [{"package": "x; reboot", "installed": "1", "candidate": "2"}]},
        {"changes": [{"package": "x", "installed": "1", "candidate": "$(reboot)"}]},
        {"changes": [{"package": "../etc", "installed": "1", "candidate": "2"}]},
        {"changes": [], "broken": ["apt"]},
    ],
)
def test_a_server_s_words_are_checked(said: dict[str, Any]) -> None:
    with pytest.raises(InfogereError):
        pending_of("web1", said)


def test_the_digest_is_of_every_word() -> None:
    one = plan(change("openssl", "3.0.20-1", "3.0.22-1"))
    other = plan(change("openssl", "3.0.20-1", "3.0.23-1"))
    assert one.digest == plan(change("openssl", "3.0.20-1", "3.0.22-1")).digest
    assert one.digest != other.digest


names = st.sampled_from("abcdefgh")
versions = st.sampled_from(["1.0.0", "1.0.1", "1.1.0", "2.0.0"])


@given(
    st.dictionaries(
        names, st.tuples(st.none() | versions, st.none() | versions, st.lists(names, max_size=3)), max_size=8
    )
)
def test_what_is_planned_stands_on_its_own(graph: dict[str, tuple[str | None, str | None, list[str]]]) -> None:
    made = plan(
        *(change(f"p{name}", old, new, *(f"p{other}" for other in needs)) for name, (old, new, needs) in graph.items())
    )
    planned = {item.package for item in made.planned}
    for item in made.planned:
        assert item.update_class in ("revision", "minor")
        assert set(item.needs) & {other.package for other in made.changes} <= planned


def test_a_refused_major_update_says_what_lifts_it() -> None:
    (refused,) = plan(change("systemd", "252.38-1~deb12u1", "252.39-1~deb12u1")).refused
    for words in ("component 2 changes: 252.38 -> 252.39", "infogere patch propose", "updates.exceptions"):
        assert words in refused.reason

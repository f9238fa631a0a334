"""Terms by path: another provider's file works, a broken one is refused with file, line and key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from infogere import terms
from infogere.errors import InfogereError
from infogere.terms.loading import SHIPPED

Edit = Callable[[str, str], Path]


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """The shipped terms with one text replaced, as another provider's file."""

    def edit(old: str, new: str) -> Path:
        text = (SHIPPED / "HBT-20220901-01.yml").read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "ours.yml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return edit


def line_of(path: Path, text: str) -> int:
    return path.read_text(encoding="utf-8").splitlines().index(text) + 1


def test_another_providers_terms_by_path(edited: Edit) -> None:
    ours = edited("monthly_limit: {seconds: 2592,", "monthly_limit: {seconds: 1800,")
    assert terms.load(ours).availability.monthly_limit.seconds == 1800
    assert terms.load().availability.monthly_limit.seconds == 2592
    assert len(terms.obligations(ours).clauses) == 181, "clauses it does not bring itself are the shipped ones"


def test_own_clauses_beside_the_file_come_first(edited: Edit) -> None:
    ours = edited("obligations: HBT-20220901-01.obligations.yml", "obligations: ours.obligations.yml")
    shipped = (SHIPPED / "HBT-20220901-01.obligations.yml").read_text(encoding="utf-8")
    own = shipped.replace("The version", "Our version").replace("terms: HBT-20220901-01", "terms: OURS-1")
    (ours.parent / "ours.obligations.yml").write_text(own, encoding="utf-8")
    assert terms.load(ours).version
    assert terms.obligations(ours).terms == "OURS-1"


def test_a_shipped_version_by_name() -> None:
    assert terms.load("HBT-20220901-01") is terms.load()


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        pytest.param(
            "  rate: {percent: 99.9, clause: A-5.1-2}",
            "  rate: {percent: 999, clause: A-5.1-2}",
            None,
            "availability.rate.percent: input should be less than or equal to 100",
            id="impossible figure",
        ),
        pytest.param(
            "liability_ceiling: {months: 6, clause: A-3.1.6-2}",
            "liability_ceilling: {months: 6, clause: A-3.1.6-2}",
            None,
            "liability_ceilling: unknown key",
            id="misspelt key",
        ),
        pytest.param(
            "  notice: {days: 8, clause: A-5.5-1}",
            "  notice: {clause: A-5.5-1}",
            None,
            "planned_works.notice.days: key is missing",
            id="missing figure",
        ),
        pytest.param(
            "  notice: {days: 8, clause: A-5.5-1}",
            "  notice: {days: 8, clause: A-5.5-99}",
            None,
            "planned_works.notice.clause: no clause A-5.5-99 in HBT-20220901-01",
            id="unknown clause",
        ),
        pytest.param(
            "  notice: {days: 8, clause: A-5.5-1}",
            "  notice: {days: eight, clause: A-5.5-1}",
            None,
            "planned_works.notice.days: write a whole number (found 'eight')",
            id="a word for a figure",
        ),
        pytest.param(
            "  notice: {days: 8, clause: A-5.5-1}",
            "  notice: 8 days",
            None,
            "planned_works.notice: write keys with their values (found '8 days')",
            id="text for keys",
        ),
        pytest.param(
            '  databases: {engines: [mysql, postgresql, mongodb], at: "22:00", clause: A-4.5-2}',
            "  databases: {engines: [mysql, postgresql, mongodb], at: 22:00, clause: A-4.5-2}",
            None,
            "backups.databases.at: write the time between quotes",
            id="unquoted time, which YAML reads as 1320",
        ),
        pytest.param(
            "liability_ceiling: {months: 6, clause: A-3.1.6-2}",
            "liability_ceiling: {months: 6, months: 60, clause: A-3.1.6-2}",
            None,
            "key 'months' is written twice",
            id="key twice",
        ),
        pytest.param(
            "liability_ceiling: {months: 6, clause: A-3.1.6-2}",
            "liability_ceiling: {months: 6, clause: A-3.1.6-2",
            0,
            "expected",
            id="no YAML",
        ),
    ],
)
def test_a_broken_file_is_refused_with_line_and_key(
    edited: Edit, old: str, new: str, line: int | None, problem: str
) -> None:
    path = edited(old, new)
    with pytest.raises(InfogereError) as refusal:
        terms.load(path)
    assert problem in str(refusal.value)
    place = f"{path}:" if line == 0 else f"{path}:{line_of(path, new)}:"
    assert place in str(refusal.value)


def test_every_fault_is_named_at_once(edited: Edit) -> None:
    path = edited("percent: 99.9,", "percent: 0,")
    path.write_text(path.read_text(encoding="utf-8").replace("days: 45,", "days: -45,"), encoding="utf-8")
    with pytest.raises(InfogereError) as refusal:
        terms.load(path)
    assert "availability.rate.percent" in str(refusal.value)
    assert "domains.transfer_before_renewal.days" in str(refusal.value)


def test_a_level_that_leaves_an_action_out_is_refused(edited: Edit) -> None:
    path = edited(
        "      reboot: {verdict: on-agreement, clause: [A-3.1.5-5, A-4.2-2], way_out: record the customer's request}\n",
        "",
    )
    with pytest.raises(InfogereError, match=r"levels\.basic\.actions: lacks reboot"):
        terms.load(path)


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(InfogereError, match="no such file"):
        terms.load(tmp_path / "none.yml")


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.yml").write_text("")
    with pytest.raises(InfogereError, match=r"empty\.yml:1: the file: "):
        terms.load(tmp_path / "empty.yml")

"""SQL is quoted so that no name, host or value ends up as something else."""

from __future__ import annotations

import re

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _mariadb as mariadb
from ansible_collections.infogere.hosting.plugins.module_utils import _mariadb_state as state
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from hypothesis import given
from hypothesis import strategies as st

PRINTABLE = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=60)


@given(PRINTABLE)
def test_literal_reads_back(text):
    quoted = mariadb.literal(text)
    inner = re.fullmatch(r"'((?:[^'\\]|''|\\\\)*)'", quoted, re.DOTALL)
    assert inner, "a quote or backslash stands alone"
    assert re.sub(r"''|\\\\", lambda pair: pair[0][0], inner[1]) == text


@given(PRINTABLE)
def test_identifier_reads_back(text):
    inner = re.fullmatch(r"`((?:[^`]|``)*)`", mariadb.identifier(text), re.DOTALL)
    assert inner
    assert inner[1].replace("``", "`") == text


@pytest.mark.parametrize("text", ["a\nb", "a\x00", "\x1b", "\x7f"])
def test_control_characters_are_refused(text):
    with pytest.raises(ModuleError):
        mariadb.literal(text)
    with pytest.raises(ModuleError):
        mariadb.identifier(text)


def test_grant_never_reaches_a_neighbour_by_wildcard():
    assert mariadb.grant_pattern("a_b%") == r"`a\_b\%`"


def test_password_hash_is_the_servers():
    # SELECT PASSWORD('secret') of MariaDB 10.11
    assert mariadb.password_hash("secret") == "*14E65567ABDB5135D0CFD9A70B3032C179A49EE7"


def test_all_means_an_owners_privileges_without_the_right_to_grant():
    wanted = state.wanted_privileges({"shop.*": ["all"]})
    assert wanted == {"shop.*": set(mariadb.OWNER_PRIVILEGES)}
    assert "GRANT OPTION" not in wanted["shop.*"]


@pytest.mark.parametrize("privileges", [{"shop": ["SELECT"]}, {".x": ["SELECT"]}, {"a.*": ["SELECT ON x TO y; --"]}])
def test_bad_privileges_are_refused(privileges):
    with pytest.raises(ModuleError):
        state.wanted_privileges(privileges)


@pytest.mark.parametrize(
    ("present", "wanted", "statements"),
    [
        ({}, {}, []),
        ({"a.*": {"SELECT"}}, {"a.*": {"SELECT"}}, []),
        ({}, {"a_b.*": {"SELECT", "INSERT"}}, [r"GRANT INSERT, SELECT ON `a\_b`.* TO 'u'@'localhost'"]),
        ({"a.*": {"SELECT", "DROP"}}, {"a.*": {"SELECT"}}, ["REVOKE DROP ON `a`.* FROM 'u'@'localhost'"]),
        ({"*.*": {"FILE"}}, {}, ["REVOKE FILE ON *.* FROM 'u'@'localhost'"]),
        ({}, {"a_b.t": {"SELECT"}}, ["GRANT SELECT ON `a_b`.`t` TO 'u'@'localhost'"]),
    ],
)
def test_grants_are_the_difference(present, wanted, statements):
    assert state.grant_statements("u", "localhost", present, wanted) == statements


def test_phrases_about_an_account_never_hold_its_hash():
    hashed = mariadb.password_hash("secret")
    for held in ({}, {("u", "localhost"): state.Account("mysql_native_password", "*0", False)}):
        steps = state.account_steps(("u", "localhost"), hashed, {"a.*": {"SELECT"}}, state.State(accounts=held))
        assert len(steps) == 2
        assert all(hashed not in phrase for phrase, _sql in steps)
        assert hashed in steps[0][1]

"""Names from tickets: what is taken, what is refused, and that nothing that passes can do harm."""

from __future__ import annotations

import re

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _names as names
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from hypothesis import given
from hypothesis import strategies as st

HOSTILE = [
    "",
    " ",
    "a b.example.com",
    "shop.example.com;rm -rf /",
    "$(id).example.com",
    "`id`.example.com",
    "shop.example.com\n",
    "shop.example.com\nserver_name x",
    "shop.example.com\x00",
    "../../etc/passwd",
    "/etc/passwd",
    "*.example.com",
    "shop.example.com/../x",
    "shop.example.com}",
    "'; DROP TABLE x; --",
    "shop_1.example.com",
    "-shop.example.com",
    "shop-.example.com",
    "shop..example.com",
    ".example.com",
    "localhost",
    "10.0.0.1",
    "a" * 64 + ".example.com",
    ".".join(["abcdefgh"] * 40) + ".com",
    "stra\u00dfe.example.com",
    "a\u200db.example.com",
    "\u202eshop.example.com",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_domain_is_refused_in_one_line(text):
    with pytest.raises(ModuleError) as refusal:
        names.domain(text)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("shop.example.com", "shop.example.com"),
        ("Shop.Example.COM.", "shop.example.com"),
        ("xn--shp-tna.example.com", "xn--shp-tna.example.com"),
        ("shöp.example.com", "xn--shp-tna.example.com"),
        ("例え.example.com", "xn--r8jz45g.example.com"),
        ("1and1.example", "1and1.example"),
    ],
)
def test_domain_is_normalised(text, expected):
    assert names.domain(text) == expected


@given(st.text(max_size=80))
def test_no_domain_that_passes_holds_more_than_letters_digits_dots_and_dashes(text):
    try:
        name = names.domain(text)
    except ModuleError:
        return
    assert re.fullmatch(r"[a-z0-9.-]+", name)
    assert ".." not in name
    assert names.domain(name) == name


@pytest.mark.parametrize("kind", ["database", "database_user", "ftp_account"])
@pytest.mark.parametrize(
    "text", ["", "1a", "_a", "A", "a-b", "a b", "a;b", "a`b", "a'b", "a/b", "a.b", "a\n", "é", "a%", "a" * 65, "../a"]
)
def test_hostile_object_name_is_refused(kind, text):
    with pytest.raises(ModuleError):
        names.object_name(kind, text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("database", "mysql"),
        ("database", "information_schema"),
        ("database", "ftp"),
        ("database_user", "root"),
        ("database_user", "postfix"),
        ("ftp_account", "anonymous"),
    ],
)
def test_names_of_the_servers_own_services_are_reserved(kind, text):
    with pytest.raises(ModuleError, match="reserved"):
        names.object_name(kind, text)


@pytest.mark.parametrize(("kind", "limit"), sorted(names.LIMITS.items()))
def test_limit_itself_is_taken(kind, limit):
    assert names.object_name(kind, "a" * limit) == "a" * limit
    with pytest.raises(ModuleError, match=f"1 to {limit}"):
        names.object_name(kind, "a" * (limit + 1))


@pytest.mark.parametrize("text", ["8", "8.2.1", "8.2;id", "../8.2", "", "8.x", "18.2"])
def test_hostile_php_version_is_refused(text):
    with pytest.raises(ModuleError):
        names.php_version(text)


@pytest.mark.parametrize("text", ["", ".", "../x", "a/b", "a b", "a\n", "-a", "a" * 101])
def test_hostile_operation_id_is_refused(text):
    with pytest.raises(ModuleError):
        names.operation_id(text)


@given(st.from_regex(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?(\.[a-z]{2,10}){1,3}", fullmatch=True))
def test_site_user_is_one_that_linux_takes(site):
    user = names.site_user(site)
    assert re.fullmatch(r"[a-z_][a-z0-9_-]{0,31}", user)
    assert user == names.site_user(site)


def test_sites_with_one_slug_have_different_users():
    assert names.site_user("a-b.example.com") != names.site_user("a.b.example.com")

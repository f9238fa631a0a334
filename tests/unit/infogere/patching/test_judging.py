"""The third digit, on versions as Debian and others write them (A-L3-22, A-L3-23, Q12)."""

from __future__ import annotations

import pytest
from debian.debian_support import Version as DebianVersion
from hypothesis import given
from hypothesis import strategies as st

from infogere import terms
from infogere.patching.judging import Judge

JUDGE = Judge(terms.load(), terms.readings())

EXAMPLES = [
    # the worked examples
    ("8.2.9", "8.2.10", "", "minor", 3),
    ("1.24.0", "1.26.0", "nginx", "major", 2),
    ("1:10.11.6-0+deb12u1", "1:10.11.8-0+deb12u1", "mariadb-server", "minor", 3),
    ("2.36-9+deb12u4", "2.36-9+deb12u7", "libc6", "revision", None),
    ("1:1.2.3-1", "2:1.2.4-1", "", "major", 0),
    ("6.1.76-1", "6.1.90-1", "linux-image-amd64", "minor", 3),
    ("2024a-0+deb12u1", "2024b-0+deb12u1", "tzdata", "minor", None),
    ("2024a-0+deb12u1", "2024b-0+deb12u1", "", "unknown", None),
    # components
    ("1.24.0", "2.0.0", "", "major", 1),
    ("7.88", "7.89", "", "major", 2),
    ("7.88.1-10+deb12u5", "7.88.2-1", "", "minor", 3),
    ("7.88", "7.88.1", "", "minor", 3),
    ("1.0", "1.0.0", "", "revision", None),
    ("590-2", "643-1", "less", "major", 1),
    ("252.22-1~deb12u1", "252.26-1~deb12u2", "systemd", "major", 2),
    ("120.0.6099.71-1", "120.0.6099.109-1", "", "minor", 4),
    ("120.0.6099.71-1", "120.0.6100.2-1", "", "minor", 3),
    ("1.18.0-6+deb11u3", "1.22.1-9", "", "major", 2),
    # epochs, revisions, native packages, backports, rebuilds
    ("1.2.3-1", "1:1.2.3-1", "", "major", 0),
    ("1:9.2p1-2+deb12u2", "1:9.2p1-2+deb12u3", "openssh-server", "revision", None),
    ("1.2.3-1~bpo12+1", "1.2.3-1", "", "revision", None),
    ("1.2.3-1~bpo11+1", "1.2.4-1~bpo12+1", "", "minor", 3),
    ("12.4+deb12u5", "12.4+deb12u6", "base-files", "revision", None),
    ("20230311", "20230311+deb12u1", "ca-certificates", "revision", None),
    ("1.5.82", "1.5.83", "debconf", "minor", 3),
    ("3.134", "3.137", "adduser", "major", 2),
    ("1.2.3", "1.2.3+b1", "", "revision", None),
    ("1.2.3+nmu1", "1.2.3+nmu2", "", "revision", None),
    ("1.2.3+dfsg-1", "1.2.3+dfsg1-1", "", "revision", None),
    ("4.17.12+dfsg-0+deb12u1", "4.17.13+dfsg-0+deb12u1", "", "minor", 3),
    ("3.0.11-1~deb12u2", "3.0.14-1~deb12u1", "libssl3", "minor", 3),
    # letters, other makers
    ("1.1.1n-0+deb11u3", "1.1.1w-0+deb11u1", "libssl1.1", "minor", 3),
    ("1.1.1", "1.1.1a", "", "minor", 3),
    ("9.2p1", "9.2p2", "", "minor", 3),
    ("9.2p1", "9.3p1", "", "major", 2),
    ("3.3a-3", "3.3b-1", "tmux", "minor", 3),
    ("18.0.61 Update 1", "18.0.61 Update 2", "", "minor", 4),
    ("18.0.61", "18.0.61 Update 1", "", "minor", 4),
    ("18.0.60 Update 3", "18.0.61", "", "minor", 3),
    ("18.0.61 Update 5", "18.1.0", "", "major", 2),
    ("1:10.11.6+maria~deb12", "1:10.11.8+maria~deb12", "", "minor", 3),
    ("1:10.11.6+maria~deb12", "1:11.4.2+maria~deb12", "", "major", 1),
    ("8.2.7-1~deb12u1", "8.2.20-1~deb12u1", "php8.2-fpm", "minor", 3),
    ("8.2.20-1+0~20240703.63+debian12~1.gbp5d1a9f", "8.2.21-1+0~20240712.64+debian12~1.gbp1", "", "minor", 3),
    ("2:8.2+93", "2:8.2+94", "php", "minor", 3),
    ("2:8.2+93", "2:8.4+96", "php", "major", 2),
    ("8.0.36-1debian12", "8.0.37-1debian12", "mysql-community-server", "minor", 3),
    ("1.3.0+really1.2.9-1", "1.3.0+really1.2.10-1", "", "minor", 3),
    ("2.0.0~rc1-1", "2.0.0-1", "", "minor", 3),
    ("v1.2.3", "v1.2.4", "", "minor", 3),
    ("1.2.3", "V1.3.0", "", "major", 2),
    ("Plesk Obsidian 18.0.61.2", "Plesk Obsidian 18.0.62.0", "plesk", "minor", 3),
    ("18.0.61 Update 2", "18.0.61.3", "plesk", "minor", 4),
    ("1.9.13p3-1+deb12u1", "1.9.15p5-3", "sudo", "minor", 3),
    ("17.0.9+9-1~deb12u1", "17.0.10+7-1~deb12u1", "openjdk-17-jre", "minor", 3),
    ("18.13.0+dfsg1-1", "18.19.0+dfsg-6~deb12u1", "nodejs", "major", 2),
    ("5:24.0.7-1~debian.12~bookworm", "5:24.0.9-1~debian.12~bookworm", "docker-ce", "minor", 3),
    # a release of two components that was not yet: no digit says how far it was from it
    ("1.0~rc1", "1.0", "", "unknown", None),
    ("1.0~rc1", "1.0~rc2", "", "unknown", None),
    ("2.12~rc1-1", "2.12.1-1", "", "unknown", None),
    ("1.0beta2", "1.0", "", "downgrade", None),
    ("3.0~1+b2", "3.0~2", "ruby-standalone", "minor", 3),
    ("1.0.1~rc1", "1.1~rc1", "", "major", 2),
    # two versions in one: the worse of them
    ("2.0+6.1.176-1", "2.0+6.1.192-3", "usbip", "minor", 3),
    ("2:2.11.0+samba4.22.10+dfsg-0+deb13u2", "2:2.11.0+samba4.22.11+dfsg-0+deb13u1", "ldb-tools", "minor", 3),
    ("5.3.7+4.3.0-3", "5.3.7+4.3.0-3+deb12u1", "php8.2-redis", "revision", None),
    ("1.39+15.7-1", "1.39+16.0-1", "shim-signed", "major", 1),
    ("1.0.5+4.12.14-3", "1.0.6+4.13.3-3", "ruby-nanoc-external", "major", 2),
    # what a number that Debian raised really holds
    ("7.0.0-3", "7.0.0-really-5.3.5-6", "meshio-tools", "major", 1),
    ("22.01+really26.01+dfsg-0+deb12u1", "22.01+really26.02+dfsg-0+deb12u1", "7zip", "major", 2),
    ("0.5.0+really.0.4.1-5", "0.5.0+really.0.4.1-5+b2", "", "revision", None),
    ("5.4.1-0.2", "5.6.1+really5.4.5-1", "xz-utils", "minor", 3),
    ("5.6.1-1", "5.6.1+really5.4.5-1", "xz-utils", "major", 2),
    ("1.2.3-1", "1.2.3+really1.2.2-1", "", "unknown", None),
    ("4:5.2.1+dfsg-1+deb12u1", "4:5.2.2-really+dfsg-1+deb13u1", "phpmyadmin", "minor", 3),
    # no digits
    ("20230311", "20240203", "ca-certificates", "minor", None),
    ("20230311", "20240203", "", "unknown", None),
    ("2023.3+deb12u1", "2025.1", "debian-archive-keyring", "minor", None),
    ("3.20231114.1~deb12u1", "3.20240514.1~deb12u1", "intel-microcode", "minor", None),
    ("20230210-5", "20240709-2", "firmware-bnx2", "minor", None),
    ("2024a-0+deb12u1", "2024b-0+deb12u1", "tzdata:all", "minor", None),
    ("0.58+deb12u1", "0.61", "distro-info-data", "minor", 2),
    ("2024.07.04-1", "2024.07.11-1", "", "unknown", None),
    ("2024071801~deb12u1", "2025080400~deb13u1", "", "unknown", None),
    ("2024071801~deb12u1", "2025080400~deb13u1", "dns-root-data", "minor", None),
    ("1.00~20220618093127-2", "1.00~20240118131615-1", "dicom3tools", "unknown", None),
    ("1.36+u20221123.70d07d9+dfsg-1", "1.36+u20250316.526edd3+dfsg-1", "ioquake3", "unknown", None),
    ("5.2-1", "7.2+really-1.1", "gcovr", "major", 1),
    ("1.3-8.16-2+b1", "1.3.1-8.20-1+b4", "libcoq-equations", "minor", 3),
    ("1.2.3+git20230101.abc-1", "1.2.3+git20240101.def-1", "", "unknown", None),
    ("1.2.3+git20230101.abc-1", "1.2.4+git20240101.def-1", "", "unknown", None),
    ("1.2.3+git20230101.abc-1", "1.4.0-1", "", "major", 2),
    ("1.2.3+git20230101.abc-1", "1.2.3+git20230101.abc-2", "", "revision", None),
    ("1.2.3-1", "1.2.3+20240101-1", "", "unknown", None),
    ("0~git20200101.1-1", "0~git20210101.2-1", "", "unknown", None),
    ("1.2.3+git20230101.abc-1", "1.2.4-1", "", "unknown", None),
    ("1a2b3c4", "9f8e7d6", "", "unknown", None),
    ("1a2b3c4-1", "1a2b3c4-2", "", "revision", None),
    ("20230311a", "20230311b", "", "unknown", None),
    ("20230311b", "20230311a", "", "downgrade", None),
    ("1.2.3-", "1.2.4-", "", "unknown", None),
    ("1.2.3-1:", "1.2.4-1:", "", "unknown", None),
    ("abc", "def", "", "unknown", None),
    ("", "1.2.3", "", "unknown", None),
    ("9" * 5000, "1.2.3", "", "unknown", None),
    ("1.2.3; reboot", "1.2.4", "", "unknown", None),
    # nothing, back, gone, new
    ("1.2.3-1", "1.2.3-1", "", "revision", None),
    ("1.2.4-1", "1.2.3-1", "", "downgrade", None),
    ("1.2.3-4", "1.2.3-4~bpo12+1", "", "downgrade", None),
    ("2:1.0.0-1", "1:2.0.0-1", "", "downgrade", None),
    ("2024b-1", "2024a-1", "tzdata", "downgrade", None),
    ("1.2.3", "none", "nginx", "unknown", None),
    ("none", "1.2.3", "libnew1", "minor", None),
]


@pytest.mark.parametrize(("installed", "candidate", "package", "update_class", "component"), EXAMPLES)
def test_examples(installed: str, candidate: str, package: str, update_class: str, component: int | None) -> None:
    found = JUDGE.judge(installed, candidate, package)
    assert (found.update_class, found.component) == (update_class, component), found.reason
    assert found.allowed == (update_class in ("revision", "minor"))


def test_clauses_are_those_of_the_level() -> None:
    assert JUDGE.judge("1.2.3", "1.2.4").clause == "A-L3-22"
    assert JUDGE.judge("1.2.3", "1.3.0").clause == "A-L3-23"
    custom = Judge(terms.load(), terms.readings(), "custom")
    assert {custom.judge("1.2.3", new).clause for new in ("1.2.4", "1.3.0")} == {"A-L4-10"}


def test_a_kernel_says_that_a_reboot_follows() -> None:
    assert "reboot" in JUDGE.judge("6.1.76-1", "6.1.90-1", "linux-image-6.1.0-18-amd64").reason


@pytest.mark.parametrize(
    ("installed", "candidate", "says"),
    [
        ("0.01-5", "0.01-6", "upstream stays 0.01"),
        ("1.2.3+git20230101-1", "1.2.4-1", "1.2.3+git20230101 is a state of a repository"),
        ("1.2.3-1", "1.2.3+really1.2.2-1", "it holds 1.2.2, which is older than 1.2.3"),
    ],
)
def test_reasons_name_versions_as_they_were_written(installed: str, candidate: str, says: str) -> None:
    assert says in JUDGE.judge(installed, candidate).reason


def test_other_readings() -> None:
    by_character = Judge(terms.load(), terms.readings(changes={"version_digit": "character"}))
    # Third character of 10.11.6 is the 1 after the dot.
    assert by_character.judge("10.11.6", "10.12.1").update_class == "minor"
    assert by_character.judge("8.2.9", "8.3.0").update_class == "major"
    provider = Judge(terms.load(), terms.readings("provider"))
    assert provider.judge("1.24.0", "1.26.0", security=True).allowed
    assert not provider.judge("1.24.0", "1.26.0").allowed
    assert not provider.judge("1.26.0", "1.24.0", security=True).allowed
    assert not JUDGE.judge("1.24.0", "1.26.0", security=True).allowed


numbers = st.lists(st.integers(0, 40), min_size=1, max_size=5)
versions = st.builds(
    lambda epoch, parts, tail, revision: f"{epoch}{'.'.join(map(str, parts))}{tail}{revision}",
    st.sampled_from(["", "1:", "2:"]),
    numbers,
    st.sampled_from(["", "a", "p1", "+dfsg", "~rc1", "+git20240101.1a2b3c4", "+deb12u1"]),
    st.sampled_from(["", "-1", "-1+deb12u2", "-0ubuntu1", "-1~bpo12+1"]),
)


@given(versions, versions)
def test_one_way_is_a_downgrade_unless_nothing_changes(first: str, second: str) -> None:
    there, back = JUDGE.judge(first, second), JUDGE.judge(second, first)
    downgrades = [found.update_class for found in (there, back)].count("downgrade")
    assert downgrades == (0 if DebianVersion(first) == DebianVersion(second) else 1)


@given(st.tuples(*[st.integers(0, 40)] * 3), st.tuples(*[st.integers(0, 40)] * 3))
def test_three_plain_components(old: tuple[int, ...], new: tuple[int, ...]) -> None:
    low, high = sorted((old, new))
    found = JUDGE.judge(*(".".join(map(str, version)) for version in (low, high)))
    if low == high:
        assert found.update_class == "revision"
    else:
        assert found.update_class == ("minor" if low[:2] == high[:2] else "major")


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=20))
def test_hostile_text_is_judged_not_trusted(installed: str, candidate: str, package: str) -> None:
    found = JUDGE.judge(installed, candidate, package)
    assert found.update_class in ("revision", "minor", "major", "unknown", "downgrade")


def test_the_terms_may_except_a_package_whose_point_releases_count_in_the_second_component() -> None:
    """Debian's systemd: 252.38 -> 252.39 (Q12)."""
    loaded = terms.load()
    listed = loaded.updates.exceptions[0].model_copy(update={"packages": ("systemd",), "says": "point releases"})
    updates = loaded.updates.model_copy(update={"exceptions": (listed,)})
    judge = Judge(loaded.model_copy(update={"updates": updates}), terms.readings())
    version = ("252.38-1~deb12u1", "252.39-1~deb12u1")
    assert not JUDGE.judge(*version, "systemd").allowed
    found = judge.judge(*version, "systemd")
    assert (found.update_class, found.component, found.allowed) == ("minor", 2, True)
    assert found.reason.endswith("listed exception: point releases")
    assert not judge.judge(*version, "udev").allowed
    assert not judge.judge("252.38-1", "1:252.38-1", "systemd").allowed, "an epoch is not what was excepted"

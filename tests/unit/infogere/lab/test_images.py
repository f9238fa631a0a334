"""Which archives a test image is made from, and when it is made anew."""

from __future__ import annotations

import subprocess

import pytest

from infogere.errors import InfogereError
from infogere.lab import checkout, images

ARCHIVES = """\
Debian|http://mirror.example.net/debian/|bookworm|main
Debian|http://mirror.example.net/debian/|bookworm|main
Debian|http://mirror.example.net/debian/|bookworm-updates|main
Debian|http://mirror.example.net/security/|bookworm-security|main
Debian|http://mirror.example.net/debian/|bookworm-backports|main
Example vendor|https://packages.example.net/|bookworm|main
Debian|http://mirror.example.net/debian/|sid|main
"""


@pytest.fixture
def apt_says(monkeypatch):
    def install(text):
        done = subprocess.CompletedProcess([], 0, stdout=text)
        monkeypatch.setattr(subprocess, "run", lambda *_args, **_kwargs: done)

    return install


@pytest.mark.parametrize("release", ["bookworm", "trixie"])
def test_the_controllers_own_mirror_is_used_for_each_release(apt_says, release):
    apt_says(ARCHIVES)
    assert images.controller_sources(release) == [
        f"deb http://mirror.example.net/debian/ {release} main",
        f"deb http://mirror.example.net/debian/ {release}-updates main",
        f"deb http://mirror.example.net/security/ {release}-security main",
    ]


def test_a_controller_without_debian_archives_names_none(apt_says):
    apt_says("Example vendor|https://packages.example.net/|stable|main\n")
    assert images.controller_sources("bookworm") == []


def test_an_unknown_debian_is_refused():
    with pytest.raises(InfogereError, match="choose from 12, 13"):
        images.bare_name("11")


def test_a_digest_follows_names_contents_and_salt(tmp_path, monkeypatch):
    monkeypatch.setattr(checkout, "root", lambda: tmp_path)
    (tmp_path / "role").mkdir()
    file = tmp_path / "role" / "main.yml"
    file.write_text("a")
    seen = {checkout.digest("role")}
    assert checkout.digest("role") in seen
    file.write_text("b")
    seen.add(checkout.digest("role"))
    file.rename(file.with_name("other.yml"))
    seen.add(checkout.digest("role"))
    seen.add(checkout.digest("role", salt="x"))
    (tmp_path / "role" / "__pycache__").mkdir()
    (tmp_path / "role" / "__pycache__" / "a.pyc").write_text("")
    seen.add(checkout.digest("role"))
    assert len(seen) == 4

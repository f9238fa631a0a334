"""Secrets are made once, kept closed, and never leave their folder."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from infogere import secrets
from infogere.errors import InfogereError


def test_a_secret_is_made_once(tmp_path: Path) -> None:
    first = secrets.get_or_create(tmp_path, "web1.example.com", "postfix_database")
    assert first == secrets.get_or_create(tmp_path, "web1.example.com", "postfix_database")
    assert len(first) == secrets.LENGTH
    assert set(first) <= set(secrets.ALPHABET)


def test_servers_and_names_have_their_own(tmp_path: Path) -> None:
    made = {
        secrets.get_or_create(tmp_path, server, name)
        for server in ("a.example.com", "b.example.com")
        for name in ("x", "y/z")
    }
    assert len(made) == 4


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    secrets.get_or_create(tmp_path, "web1.example.com", "x")
    path = secrets.path_of(tmp_path, "web1.example.com", "x")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["x"]


def test_processes_that_ask_at_once_get_the_same(tmp_path: Path) -> None:
    with ProcessPoolExecutor(8) as pool:
        asked = [pool.submit(secrets.get_or_create, tmp_path, "web1.example.com", "x") for _ in range(40)]
        assert len({answer.result() for answer in asked}) == 1


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../b", "", ".hidden", "a b", "a;b", "a\nb"])
def test_a_name_that_would_leave_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InfogereError, match="cannot name a secret"):
        secrets.get_or_create(tmp_path, "web1.example.com", name)
    assert list(tmp_path.iterdir()) == []


def test_a_forgotten_secret_is_made_anew(tmp_path: Path) -> None:
    first = secrets.get_or_create(tmp_path, "web1.example.com", "x")
    assert secrets.forget(tmp_path, "web1.example.com", "x")
    assert not secrets.forget(tmp_path, "web1.example.com", "x")
    assert first != secrets.get_or_create(tmp_path, "web1.example.com", "x")

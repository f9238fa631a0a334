"""Where the controller's state is looked for, in which order."""

from __future__ import annotations

from pathlib import Path

import pytest

from infogere import settings
from infogere.errors import InfogereError


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("ANSIBLE_CONFIG", "INFOGERE_STATE_DIR", "INFOGERE_RECORD_URL", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def write_config(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_the_default_is_the_users_state_folder(tmp_path: Path) -> None:
    found = settings.load()
    assert found.state_dir == tmp_path / "home/.local/state/infogere"
    assert found.record_url == f"sqlite:///{found.state_dir}/record.db"
    assert found.config_file is None


def test_a_path_in_ansible_cfg_is_relative_to_that_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_config(tmp_path / "fleet/ansible.cfg", "[infogere]\nstate_dir = here\n")
    monkeypatch.setenv("ANSIBLE_CONFIG", str(tmp_path / "fleet/ansible.cfg"))
    assert settings.load().state_dir == tmp_path / "fleet/here"


def test_the_current_folder_wins_over_the_home_folder(tmp_path: Path) -> None:
    write_config(tmp_path / "home/.ansible.cfg", "[infogere]\nstate_dir = /from/home\n")
    write_config(tmp_path / "ansible.cfg", "[infogere]\nstate_dir = /from/here\n")
    assert settings.load().state_dir == Path("/from/here")


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_config(tmp_path / "ansible.cfg", "[infogere]\nstate_dir = a\nrecord_url = sqlite:///b\n")
    monkeypatch.setenv("INFOGERE_STATE_DIR", "/c")
    monkeypatch.setenv("INFOGERE_RECORD_URL", "postgresql+psycopg:///d")
    found = settings.load()
    assert (found.state_dir, found.record_url) == (Path("/c"), "postgresql+psycopg:///d")


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    write_config(tmp_path / "ansible.cfg", "state_dir = before any section\n")
    with pytest.raises(InfogereError, match=r"ansible\.cfg.*no section"):
        settings.load()


def test_the_state_folder_is_closed_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFOGERE_STATE_DIR", str(tmp_path / "state"))
    folder = settings.ensure_state_dir(settings.load())
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_state_folder_that_cannot_be_made_says_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("INFOGERE_STATE_DIR", str(tmp_path / "file/state"))
    with pytest.raises(InfogereError, match="INFOGERE_STATE_DIR"):
        settings.ensure_state_dir(settings.load())


def test_the_contract_is_chosen_in_the_same_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_config(tmp_path / "ansible.cfg", "[infogere]\nterms = ours.yml\ncalendar = fr-2026.1\nprofile = provider\n")
    (tmp_path / "ours.yml").touch()
    found = settings.load()
    assert (found.terms, found.calendar, found.profile) == (str(tmp_path / "ours.yml"), "fr-2026.1", "provider")
    monkeypatch.setenv("INFOGERE_PROFILE", "customer")
    assert settings.load().profile == "customer"

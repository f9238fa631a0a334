"""Reading an inventory through Ansible: what it says, and how it fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible import constants
from ansible.parsing.vault import VaultLib, VaultSecret

from infogere.errors import InfogereError
from infogere.fleet import sources
from infogere.fleet.inventory import resolve


def test_hosts_groups_and_places(inventory: Path) -> None:
    host = next(one for one in resolve((str(inventory),)).hosts if one.name == "web1.example.net")
    assert host.groups == ("customer_someone", "level_custom")
    assert host.place(("order_form", "options", "backup")).line == 10
    assert str(host.place(("order_form", "not", "there"))) == "fleet/host_vars/web1.example.net.yml:2"
    assert host.variables["order_form"]["commissioning_date"] == "2026-01-05"  # type: ignore[index, call-overload]


def test_a_broken_source_is_an_error_and_not_an_empty_fleet(inventory: Path) -> None:
    (inventory / "hosts.yml").write_text("all: [unclosed\n")
    with pytest.raises(InfogereError, match="inventory"):
        resolve((str(inventory),))


def test_an_empty_fleet_is_refused(inventory: Path) -> None:
    (inventory / "hosts.yml").write_text("all:\n")
    with pytest.raises(InfogereError, match="no host in it"):
        resolve((str(inventory),))


def test_an_undefined_template_is_one_line(inventory: Path) -> None:
    path = inventory / "host_vars" / "web1.example.net.yml"
    path.write_text(path.read_text().replace("OF-1", "'{{ nobody_said }}'"))
    with pytest.raises(InfogereError, match="nobody_said") as error:
        resolve((str(inventory),))
    assert "\n" not in str(error.value)


def test_group_vars_of_the_current_folder_are_not_the_fleet_s(inventory: Path) -> None:
    (inventory.parent / "group_vars").mkdir()
    (inventory.parent / "group_vars" / "all.yml").write_text("customer: {id: intruder, name: Intruder}\n")
    assert all("customer" not in host.variables for host in resolve((str(inventory),)).hosts)


def test_sources_are_ansible_s_own(inventory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sources.find() == (str(inventory),)
    monkeypatch.setenv("ANSIBLE_INVENTORY", "fleet/hosts.yml")
    assert sources.find() == (str(inventory / "hosts.yml"),)
    assert sources.find(("web1,web2,",)) == ("web1,web2,",)
    with pytest.raises(InfogereError, match="does not exist"):
        sources.find(("nowhere",))


def test_vaulted_variables_are_unlocked_as_ansible_cfg_says(inventory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    password = inventory.parent / "vault-password"
    password.write_text("correct horse\n")
    secret = VaultSecret(b"correct horse")
    sealed = VaultLib([("default", secret)]).encrypt("database_password: hunter2\n", secret)
    (inventory / "group_vars").mkdir()
    (inventory / "group_vars" / "all.yml").write_bytes(sealed)
    with pytest.raises(InfogereError, match="vault"):
        resolve((str(inventory),))
    monkeypatch.setattr(constants, "DEFAULT_VAULT_PASSWORD_FILE", str(password))
    assert len(resolve((str(inventory),)).hosts) == 2

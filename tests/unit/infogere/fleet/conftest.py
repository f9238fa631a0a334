"""A small sound inventory in a folder, for tests to spoil."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

HOSTS = """
all:
  children:
    level_custom:
      hosts:
        web1.example.net:
    level_supervision:
      hosts:
        depot.example.net:
    customer_someone:
      hosts:
        web1.example.net:
    customer_other:
      hosts:
        depot.example.net:
"""
WEB1 = """
order_form:
  id: OF-1
  customer: someone
  level: custom
  commissioning_date: 2026-01-05
  monthly_fee: 120.50
  gtr: {hours: 4}
  options:
    backup: true
    restore: true
  sites: [shop.example.net]
"""
DEPOT = """
order_form:
  id: OF-2
  customer: other
  level: supervision
  contacts:
    - name: Ada
      phone: "+33 1 00 00 00 00"
      mail: ada@example.net
"""

Spoil = Callable[..., str]


@pytest.fixture
def inventory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a sound inventory; nothing outside it is read or written."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ANSIBLE_INVENTORY", raising=False)
    (tmp_path / "ansible.cfg").write_text("[defaults]\ninventory = fleet\n[infogere]\nstate_dir = state\n")
    monkeypatch.setenv("ANSIBLE_CONFIG", str(tmp_path / "ansible.cfg"))
    monkeypatch.setenv("INFOGERE_STATE_DIR", str(tmp_path / "state"))
    folder = tmp_path / "fleet"
    (folder / "host_vars").mkdir(parents=True)
    (folder / "hosts.yml").write_text(dedent(HOSTS))
    (folder / "host_vars" / "web1.example.net.yml").write_text(dedent(WEB1))
    (folder / "host_vars" / "depot.example.net.yml").write_text(dedent(DEPOT))
    return folder


@pytest.fixture
def spoil(inventory: Path) -> Spoil:
    """``spoil(host, old, new)`` changes the order form of a host; returns the inventory's path."""

    def change(host: str, old: str, new: str) -> str:
        path = inventory / "host_vars" / f"{host}.example.net.yml"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        return str(inventory)

    return change

"""A controller with a small fleet and an empty record: what the commands about contracts are tried on."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from doubles.contract_book import moment
from infogere.record.store import Store
from infogere.sla.desk import Desk

CONTRACT = "OF-1"
OTHER = "OF-2"

_CONFIG = "[defaults]\ninventory = fleet\n"
_HOSTS = """
all:
  children:
    level_custom: {hosts: {web1: , web2: }}
    level_supervision: {hosts: {depot: }}
    level_basic: {hosts: {bare: }}
    customer_shop: {hosts: {web1: , web2: }}
    customer_farm: {hosts: {depot: , bare: }}
"""
_SHOP = """
customer:
  id: shop
  name: The Shop
  authorised_third_parties: [{name: Web Agency, may_open_tickets: true}]
order_form:
  id: OF-1
  customer: shop
  level: custom
  commissioning_date: 2023-03-15T10:00:00+01:00
  monthly_fee: 240.00
  gtr: {hours: 4}
  options: {time_credit_hours: 2}
"""
_FARM = """
customer:
  id: farm
  name: The Farm
  contacts: [{name: Ada, phone: "+33 1 00 00 00 00", mail: ada@example.net}]
"""
_DEPOT = """
order_form:
  id: OF-2
  customer: farm
  level: supervision
  commissioning_date: 2024-02-01
  monthly_fee: 35.00
"""
_BARE = """
order_form: {id: OF-3, customer: farm, level: basic}
"""


def build(folder: Path) -> Path:
    """Write the fleet, resolve it and make the record's tables once: the copy in ``seed`` spares every test both."""
    fleet = folder / "fleet"
    for path, text in {
        "../ansible.cfg": _CONFIG,
        "hosts.yml": _HOSTS,
        "group_vars/customer_shop.yml": _SHOP,
        "group_vars/customer_farm.yml": _FARM,
        "host_vars/depot.yml": _DEPOT,
        "host_vars/bare.yml": _BARE,
    }.items():
        (fleet / path).parent.mkdir(parents=True, exist_ok=True)
        (fleet / path).write_text(text)
    with Environment(folder, folder / "seed"):
        desk = office(folder, folder / "seed").at("2024-06-01 00:00")
        desk.servers(CONTRACT)
        with Store(desk.record_url, desk.state_dir):
            pass
    return folder


class Environment:
    """``ansible.cfg`` and state folder of an office, for as long as the block lasts."""

    def __init__(self, folder: Path, state_dir: Path) -> None:
        self._wanted = {"ANSIBLE_CONFIG": str(folder / "ansible.cfg"), "INFOGERE_STATE_DIR": str(state_dir)}
        self._before: dict[str, str | None] = {}

    def __enter__(self) -> None:
        for name in (*self._wanted, "ANSIBLE_INVENTORY", "INFOGERE_RECORD_URL", "INFOGERE_PROFILE"):
            self._before[name] = os.environ.pop(name, None)
        os.environ.update(self._wanted)

    def __exit__(self, *_: object) -> None:
        for name, value in self._before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


@dataclass(frozen=True)
class Office:
    """``at("2024-06-03 09:00")`` is its desk at that instant (UTC)."""

    folder: Path
    state_dir: Path

    def at(self, now: str) -> Desk:
        return Desk.configured(None, moment(now))


def office(folder: Path, state_dir: Path) -> Office:
    """An office whose record is empty; its copy of the resolved fleet is that of ``build``."""
    if not state_dir.exists() and (folder / "seed").exists():
        shutil.copytree(folder / "seed", state_dir)
    return Office(folder, state_dir)

"""Inventories of test servers, written when they start."""

from __future__ import annotations

from pathlib import Path

import yaml

from infogere.lab import servers

# What a test server's customer bought: the level at which everything that is not Plesk can be tried. It was not
# delivered yet (no commissioning_date), so that tests run at any hour.
ORDER_FORM = {
    "id": "TEST-1",
    "customer": "test",
    "level": "custom",
    "terms": "HBT-20220901-01",
    "monthly_fee": "120.00",
    "gtr": {"hours": 4},
}
CUSTOMER = {"id": "test", "name": "Test customer"}
SETTINGS = {
    "gate_strict": True,  # a refusal fails the run: a test must notice
    "mail_domains": [
        {"name": f"shop.{servers.DOMAIN}", "admin": f"postmaster@shop.{servers.DOMAIN}", "antispam": True}
    ],
    "rspamd_rbl": False,  # names under .test are in no public DNS
    "postfix_sender_dns_check": False,
}


def path(name: str) -> Path:
    """Inventory of this name under ``.infogere/lab/inventories``."""
    folder = servers.folder() / "inventories"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{name}.yml"


def write(name: str, *members: servers.Server) -> Path:
    """Write the inventory ``name`` of these servers, each by its host name, one customer and level for all."""
    hosts = {server.host_name: {"ansible_host": server.address} for server in members}
    everything = {
        "vars": {
            "ansible_user": "root",
            "ansible_ssh_common_args": f'-F "{servers.folder() / "ssh_config"}"',
            **SETTINGS,
            "customer": CUSTOMER,
            "order_form": ORDER_FORM,
        },
        "children": {
            "level_custom": {"hosts": hosts},
            "customer_test": {"hosts": dict.fromkeys(hosts)},
        },
    }
    text = yaml.safe_dump({"all": everything}, sort_keys=False)
    target = path(name)
    target.write_text(f"---\n{text}", encoding="utf-8")
    return target

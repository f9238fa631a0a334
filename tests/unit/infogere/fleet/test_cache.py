"""The copy of the resolved inventory is used only while it is true."""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from infogere import settings
from infogere.fleet import inventory as loader
from infogere.fleet.cache import resolve_cached
from infogere.fleet.resolved import Resolved

Resolve = Callable[[], Resolved]
HOUR = 3_600_000_000_000


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One item for each time that Ansible was asked."""
    seen: list[int] = []
    real = loader.resolve

    def counted(sources: tuple[str, ...]) -> Resolved:
        seen.append(1)
        return real(sources)

    monkeypatch.setattr(loader, "resolve", counted)
    return seen


@pytest.fixture
def resolve(inventory: Path) -> Resolve:
    age(inventory)
    return lambda: resolve_cached((str(inventory),), settings.load())


def age(folder: Path) -> None:
    """Make every file an hour old, so that none is too young to be believed by its times."""
    for path in [*folder.rglob("*"), folder.parent / "ansible.cfg"]:
        status = path.stat()
        os.utime(path, ns=(status.st_atime_ns - HOUR, status.st_mtime_ns - HOUR))


def form_of(resolved: Resolved, host: str = "web1.example.net") -> dict[str, object]:
    found = next(one for one in resolved.hosts if one.name == host).variables["order_form"]
    assert isinstance(found, dict)
    return found


def test_an_unchanged_inventory_is_read_once(resolve: Resolve, loads: list[int]) -> None:
    first, second = resolve(), resolve()
    assert len(loads) == 1
    assert [(host.name, host.groups, host.variables) for host in first.hosts] == [
        (host.name, host.groups, host.variables) for host in second.hosts
    ]


def test_a_touched_file_with_the_same_content_is_still_believed(
    resolve: Resolve, inventory: Path, loads: list[int]
) -> None:
    resolve()
    (inventory / "hosts.yml").touch()
    resolve()
    assert len(loads) == 1


def test_a_changed_file_is_read_again_even_with_its_old_times_and_size(
    resolve: Resolve, inventory: Path, loads: list[int]
) -> None:
    resolve()
    path = inventory / "host_vars" / "web1.example.net.yml"
    before = path.stat()
    path.write_text(path.read_text().replace("OF-1", "OF-9"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert form_of(resolve())["id"] == "OF-9"
    assert len(loads) == 2


def test_a_young_file_is_compared_by_content(inventory: Path, loads: list[int]) -> None:
    sources = (str(inventory),)
    now = time.time_ns() + HOUR  # young, however long the first reading takes
    os.utime(inventory / "hosts.yml", ns=(now, now))
    resolve_cached(sources, settings.load())
    copy = next((inventory.parent / "state" / "cache" / "fleet").iterdir())
    files = json.loads(copy.read_text())["files"]
    assert files[str(inventory / "hosts.yml")]["young"] is True


@pytest.mark.parametrize("name", ["host_vars/web9.example.net.yml", "group_vars/customer_someone.yml"])
def test_a_new_file_is_seen(name: str, resolve: Resolve, inventory: Path, loads: list[int]) -> None:
    resolve()
    (inventory / name).parent.mkdir(exist_ok=True)
    (inventory / name).write_text("unrelated: true\n")
    resolve()
    assert len(loads) == 2


def test_a_removed_file_is_seen(resolve: Resolve, inventory: Path, loads: list[int]) -> None:
    resolve()
    (inventory / "host_vars" / "web1.example.net.yml").unlink()
    assert "order_form" not in next(host for host in resolve().hosts if host.name == "web1.example.net").variables
    assert len(loads) == 2


def test_configuration_is_part_of_the_answer(
    resolve: Resolve, inventory: Path, loads: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve()
    monkeypatch.setenv("ANSIBLE_HASH_BEHAVIOUR", "merge")
    resolve()
    monkeypatch.delenv("ANSIBLE_HASH_BEHAVIOUR")
    config = inventory.parent / "ansible.cfg"
    config.write_text(config.read_text() + "\n# changed\n")
    resolve()
    assert len(loads) == 3


def test_a_broken_copy_is_ignored(resolve: Resolve, inventory: Path, loads: list[int]) -> None:
    resolve()
    copy = next((inventory.parent / "state" / "cache" / "fleet").iterdir())
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    copy.write_text("{")
    resolve()
    assert len(loads) == 2


def never_kept(inventory: Path) -> bool:
    resolve_cached((str(inventory),), settings.load())
    return not (inventory.parent / "state" / "cache" / "fleet").exists()


def test_an_executable_inventory_is_never_kept(inventory: Path) -> None:
    script = inventory / "dynamic.sh"
    script.write_text('#!/bin/sh\necho \'{"_meta": {"hostvars": {}}, "more": {"hosts": ["web1.example.net"]}}\'\n')
    script.chmod(0o755)
    assert never_kept(inventory)


def test_an_inventory_plugin_is_never_kept(inventory: Path) -> None:
    (inventory / "groups.yml").write_text("plugin: ansible.builtin.constructed\nstrict: true\n")
    assert never_kept(inventory)


def test_a_template_is_rendered_and_never_kept(inventory: Path) -> None:
    path = inventory / "host_vars" / "web1.example.net.yml"
    path.write_text(path.read_text().replace("OF-1", "'OF-{{ 40 + 2 }}'"))
    assert form_of(loader.resolve((str(inventory),)))["id"] == "OF-42"
    assert never_kept(inventory)

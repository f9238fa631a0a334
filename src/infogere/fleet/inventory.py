# mypy: disable-error-code="import-untyped,no-untyped-call,unused-ignore"
"""Read an inventory with Ansible's own loader; nothing here parses an inventory by hand.

Importing this module starts Ansible, which takes about half a second: it is imported where it is
needed, and ``infogere.fleet.cache`` keeps its answer for those who ask again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.errors import AnsibleError
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.plugins.vars import host_group_vars
from ansible.template import Templar
from ansible.utils.collection_loader import AnsibleCollectionConfig
from ansible.vars.manager import VariableManager

from infogere.errors import InfogereError
from infogere.fleet.resolved import READ, KeyPath, Place, Plain, Resolved, ResolvedHost, plain

try:
    from ansible._internal._datatag._tags import Origin
except ImportError:  # not public: without it a finding names the host's file and no line
    Origin = None


def resolve(sources: tuple[str, ...]) -> Resolved:
    """Load ``sources`` (paths, or host lists with a comma) and merge the variables of every host.

    Raises:
        InfogereError: a source that no inventory plugin understands, an undefined template, no host.
    """
    _prepare()
    loader = DataLoader()
    # group_vars beside a playbook, or in the current folder, are not part of the fleet.
    loader.set_basedir(_folder(sources[0]))
    _unlock_vault(loader)
    try:
        with _unreadable_source_is_an_error():
            inventory = InventoryManager(loader=loader, sources=list(sources))
        variables = VariableManager(loader=loader, inventory=inventory)
        notes: list[str] = []
        hosts = tuple(
            _host(host, variables.get_vars(host=host, include_hostvars=False), loader, notes)
            for host in inventory.get_hosts("all")
        )
    except AnsibleError as error:
        raise InfogereError(
            f"inventory {', '.join(sources)}: {_one_line(error)}",
            way_out="ansible-inventory -i ... --list shows the same fault in full",
        ) from error
    if not hosts:
        raise InfogereError(f"inventory {', '.join(sources)}: no host in it", way_out="name one with -i PATH")
    return Resolved(hosts, notes[0] if notes else _dynamic(inventory))


def _host(host: Any, everything: dict[str, Any], loader: Any, notes: list[str]) -> ResolvedHost:
    places: dict[KeyPath, Place] = {}
    kept: dict[str, Plain] = {}
    for name in READ:
        if name not in everything:
            continue
        _note_places(everything, name, (), places)
        value = everything[name]
        if _templated(value):
            notes.append(f"{host.name}: {name} is made by a template")
            value = _render(value, everything, loader)
        kept[name] = plain(value, notes)
    return ResolvedHost(
        name=str(host.name),
        groups=tuple(sorted(str(name) for name in everything["group_names"])),
        variables=kept,
        names=tuple(sorted(str(name) for name in everything)),
        file=_shown(str(everything.get("inventory_file") or "")),
        places=places,
    )


def _render(value: Any, variables: dict[str, Any], loader: Any) -> Any:
    return Templar(loader=loader, variables=variables).template(value)


def _templated(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_templated(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(_templated(item) for item in value)
    return isinstance(value, str) and ("{{" in value or "{%" in value)


def _note_places(parent: Any, key: str | int, above: KeyPath, places: dict[KeyPath, Place]) -> None:
    """Walk a variable and keep where each key stands; Ansible 2.19 tags every value with it."""
    path = (*above, key)
    value = parent[key]
    named = next((name for name in parent if name == key), None) if isinstance(parent, Mapping) else None
    place = _origin(named) or _origin(value)
    if place:
        places[path] = place
    if isinstance(value, Mapping):
        for inner in value:
            _note_places(value, inner, path, places)
    elif isinstance(value, list | tuple):
        for index in range(len(value)):
            _note_places(value, index, path, places)


def _origin(value: Any) -> Place | None:
    if Origin is None:
        return None
    origin = Origin.get_tag(value) if value is not None else None
    if origin is None or not origin.path:
        return None
    return Place(_shown(str(origin.path)), int(origin.line_num or 0))


@contextmanager
def _unreadable_source_is_an_error() -> Iterator[None]:
    """By default Ansible warns about a broken source and goes on with an empty fleet."""
    before = constants.INVENTORY_ANY_UNPARSED_IS_FAILED
    constants.INVENTORY_ANY_UNPARSED_IS_FAILED = True
    try:
        yield
    finally:
        constants.INVENTORY_ANY_UNPARSED_IS_FAILED = before


def _prepare() -> None:
    if AnsibleCollectionConfig.collection_finder is None:
        init_plugin_loader()  # inventory plugins of collections
    # Ansible remembers per process which variable files exist; a long-lived process must look again.
    for known in (host_group_vars.FOUND, host_group_vars.NAK, host_group_vars.CANONICAL_PATHS):
        known.clear()


def _unlock_vault(loader: Any) -> None:
    """Give the loader the vault secrets that ``ansible.cfg`` names, if it names any."""
    identities = list(constants.DEFAULT_VAULT_IDENTITY_LIST or [])
    if not identities and not constants.DEFAULT_VAULT_PASSWORD_FILE:
        return
    from ansible.cli import CLI  # a tenth of a second that few inventories need

    loader.set_vault_secrets(CLI.setup_vault_secrets(loader, vault_ids=identities, auto_prompt=False))


def _dynamic(inventory: Any) -> str:
    """Say why a later load could differ although no file changed; empty when it can't."""
    if list(constants.VARIABLE_PLUGINS_ENABLED) != ["host_group_vars"]:
        return "variable plugins beside host_group_vars are enabled"
    for source in inventory._sources:
        for path in _files(Path(source)):
            if os.access(path, os.X_OK):
                return f"{path} is an executable inventory"
            if path.suffix in (".yml", ".yaml") and _names_a_plugin(path):
                return f"{path} calls an inventory plugin"
    return ""


def _names_a_plugin(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="replace") as lines:
        return any(line.startswith("plugin:") for line in lines)


def _files(source: Path) -> Iterator[Path]:
    if source.is_file():
        yield source
    elif source.is_dir():
        yield from (path for path in sorted(source.iterdir()) if path.is_file())


def _folder(source: str) -> str:
    path = Path.cwd() if "," in source else Path(source)
    return str(path if path.is_dir() else path.parent)


def _shown(path: str) -> str:
    """Relative to the current folder when below it: shorter, and what an editor opens."""
    if not path:
        return ""
    full = Path(path)
    return str(full.relative_to(Path.cwd())) if full.is_relative_to(Path.cwd()) else path


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())

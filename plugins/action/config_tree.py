"""Deploy a role's whole template tree in one step: see the module's documentation."""

from __future__ import annotations

import base64
import fnmatch
import re
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible_collections.infogere.hosting.plugins.module_utils._pending import full_name
from ansible_collections.infogere.hosting.plugins.plugin_utils.remote import RemoteAction
from ansible_collections.infogere.hosting.plugins.plugin_utils.rendering import Renderer, tree_files

# Templates of roles look certificates up. What the main process has imported, its workers need not import again.
import infogere.pki  # noqa: F401

ARGUMENT_SPEC = {
    "roots": {"type": "list", "elements": "str", "default": ["templates"]},
    "exclude": {"type": "list", "elements": "str", "default": []},
    "extra": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "src": {"type": "str", "required": True},
            "dest": {"type": "str", "required": True},
            "vars": {"type": "dict", "default": {}},
        },
    },
    "files": {"type": "dict", "default": {}},
    "directories": {"type": "dict", "default": {}},
    "links": {"type": "dict", "default": {}},
    "absent": {"type": "list", "elements": "str", "default": []},
    "owns": {"type": "list", "elements": "str", "default": []},
    "keeps": {"type": "list", "elements": "str", "default": []},
    "checkers": {"type": "list", "elements": "str", "default": []},
    "after_change": {"type": "dict", "default": {}},
    "notify_units": {"type": "dict", "default": {}},
}
# Ansible leaves the keys of a mapping as they are written; a path may come from a variable all the same.
KEYED_BY_PATH = ("files", "directories", "links", "after_change")
# Handed to the server as they are; the others are worked out here.
PASSED_ON = ("links", "absent", "owns", "keeps", "checkers", "after_change")
EXTRA_FOLDER = "templates_extra"
FILE_DEFAULTS = {
    "mode": "0644",
    "owner": "root",
    "group": "root",
    "sensitive": False,
    "notify": True,
    "once": False,
}
DIRECTORY_DEFAULTS = {"mode": "0755", "owner": "root", "group": "root"}
ACTIONS = {"reload", "restart"}
# In quotes: YAML reads 0640 without them as the number 416.
MODE = re.compile(r"0?[0-7]{3,4}")


class ActionModule(RemoteAction):
    """Render here, compare and write there."""

    module = "config_tree"
    can_dry_run = True
    ordinary_module = "config_tree_rendered"

    def prepare(self, task_vars: dict) -> dict:
        arguments = self.checked_arguments(ARGUMENT_SPEC)
        for name in KEYED_BY_PATH:
            arguments[name] = {self._templar.template(key): value for key, value in arguments[name].items()}
        home = self._home()
        roots = [home / root for root in arguments["roots"]]
        renderer = Renderer(self._templar, task_vars, [str(path) for path in (*roots, home / EXTRA_FOLDER, home)])
        return {
            "files": _files(arguments, home, roots, renderer),
            "directories": _with_attributes(arguments["directories"], DIRECTORY_DEFAULTS),
            "notify_units": _unit_actions(arguments["notify_units"]),
            **{name: arguments[name] for name in PASSED_ON},
        }

    def _home(self) -> Path:
        """The role's folder, or the playbook's where the task stands outside a role."""
        role = self._task._role
        return Path(role._role_path if role else self._loader.get_basedir())


def _files(arguments: dict, home: Path, roots: list[Path], renderer: Renderer) -> list[dict]:
    contents: dict[str, bytes] = {}
    for root in roots:
        if not root.is_dir():
            raise AnsibleActionFail(f"roots: there is no folder {root}")
        # A later root may hold the version of a file for one Debian release.
        contents |= {target: renderer.render(source) for source, target in tree_files(root, arguments["exclude"])}
    for item in arguments["extra"]:
        source = home / EXTRA_FOLDER / item["src"]
        if not source.is_file():
            raise AnsibleActionFail(f"extra: there is no template {source}")
        contents[item["dest"]] = renderer.render(source, item["vars"])
    return [
        {"path": path, "content": base64.b64encode(data).decode(), **_attributes_of(path, arguments["files"])}
        for path, data in sorted(contents.items())
    ]


def _attributes_of(path: str, patterns: dict) -> dict:
    """Defaults, then every matching pattern in the order written."""
    attributes = dict(FILE_DEFAULTS)
    for glob, wanted in patterns.items():
        if fnmatch.fnmatch(path, glob):
            attributes |= _known(wanted, FILE_DEFAULTS, f"files: {glob}")
    return attributes


def _with_attributes(wanted: dict, defaults: dict) -> list[dict]:
    return [
        {"path": path, **defaults, **_known(attributes or {}, defaults, f"directories: {path}")}
        for path, attributes in wanted.items()
    ]


def _known(attributes: dict, allowed: dict, where: str) -> dict:
    unknown = set(attributes) - set(allowed)
    if unknown:
        raise AnsibleActionFail(f"{where}: unknown key {sorted(unknown)[0]}; known are {', '.join(allowed)}")
    mode = attributes.get("mode", allowed["mode"])
    if not isinstance(mode, str) or not MODE.fullmatch(mode):
        raise AnsibleActionFail(f'{where}: mode {mode} is not one; write it in quotes, such as "0640"')
    return {key: str(value) if key in {"owner", "group"} else value for key, value in attributes.items()}


def _unit_actions(units: dict) -> dict:
    for unit, action in units.items():
        if action not in ACTIONS:
            raise AnsibleActionFail(f"notify_units: {unit}: {action}; it takes reload or restart")
    return {full_name(unit): action for unit, action in units.items()}

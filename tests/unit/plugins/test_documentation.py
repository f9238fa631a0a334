"""The documentation of a module and what it takes are one."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
import yaml
from ansible_collections.infogere.hosting.plugins.action import config_tree

PLUGINS = Path(__file__).parents[3] / "plugins"
COLLECTION = "ansible_collections.infogere.hosting.plugins"
# The action's own specification, and those of the modules that run on servers.
SPECIFICATIONS = {"config_tree": lambda: config_tree.ARGUMENT_SPEC} | {
    path.stem: lambda name=path.stem: importlib.import_module(f"{COLLECTION}.modules.{name}").ARGUMENT_SPEC
    for path in sorted((PLUGINS / "modules").glob("*.py"))
    if "import ARGUMENT_SPEC" in path.read_text(encoding="utf-8")
}


def documented(name):
    documentation = yaml.safe_load(importlib.import_module(f"{COLLECTION}.modules.{name}").DOCUMENTATION)
    options = dict(documentation.get("options") or {})
    for fragment in documentation.get("extends_documentation_fragment", []):
        module = importlib.import_module(f"{COLLECTION}.doc_fragments.{fragment.rpartition('.')[2]}")
        shared = yaml.safe_load(module.ModuleDocFragment.DOCUMENTATION)["options"]
        options = {**shared, **options}
    return options


def shape(options, children):
    """What an option promises: type, elements, necessity, default, choices, and the same of its sub-options."""
    return {
        name: (
            option.get("type", "str"),
            option.get("elements"),
            option.get("required", False),
            option.get("default"),
            option.get("choices"),
            shape(option.get(children) or {}, children),
        )
        for name, option in options.items()
    }


@pytest.mark.parametrize("name", SPECIFICATIONS)
def test_documentation_and_specification_say_the_same(name):
    assert shape(documented(name), "suboptions") == shape(SPECIFICATIONS[name](), "options")

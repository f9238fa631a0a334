"""Every role has the same shape, so that who knows one knows all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
ROLES = sorted(path for path in (ROOT / "roles").iterdir() if path.is_dir())
SECTIONS = ["Variables", "Files and services", "Tags", "Contract clauses", "Check mode"]
# Folders that a server has at its top, and under which a template's target therefore lies.
TOP_FOLDERS = {"etc", "opt", "srv", "usr", "var"}


def load(path: Path):
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else None


def tasks_in(content):
    for task in content or []:
        yield task
        for part in ("block", "rescue", "always"):
            yield from tasks_in(task.get(part))


@pytest.fixture(params=ROLES, ids=lambda role: role.name)
def role(request) -> Path:
    return request.param


@pytest.fixture
def defaults(role):
    return load(role / "defaults/main.yml") or {}


@pytest.fixture
def options(role):
    return load(role / "meta/argument_specs.yml")["argument_specs"]["main"].get("options") or {}


def test_every_role_has_its_files(role):
    needed = ["README.md", "meta/main.yml", "meta/argument_specs.yml", "tasks/main.yml"]
    assert [name for name in needed if not (role / name).is_file()] == []


def test_defaults_and_specification_name_the_same_variables(role, defaults, options):
    required = {name for name, option in options.items() if option.get("required")}
    assert set(defaults) == set(options) - required


def test_defaults_and_specification_give_the_same_values(role, defaults, options):
    given = {name: option["default"] for name, option in options.items() if "default" in option}
    assert {name: defaults.get(name) for name in given} == given


def test_every_public_variable_is_explained(role, options):
    for name, option in options.items():
        assert option["type"], name
        assert option["description"], name


def test_every_default_has_a_comment(role):
    path = role / "defaults/main.yml"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    bare, explained = [], False
    for line in lines:
        if line.startswith("#"):
            explained = True
        elif not line.strip() or line == "---":
            explained = False
        elif re.match(r"\w+:", line) and not explained:
            bare.append(line)
    assert bare == []


def test_public_variables_carry_the_name_of_the_role(role, defaults, options):
    assert [name for name in {*defaults, *options} if not name.startswith(f"{role.name}_")] == []


def test_internal_variables_carry_it_too(role):
    files = sorted((role / "vars").glob("*.yml"))
    names = [name for path in files for name in load(path) or {}]
    assert [name for name in names if not name.startswith(f"__{role.name}_")] == []


def test_variables_of_one_debian_release_are_those_of_the_other(role):
    releases = {path.name: set(load(path)) for path in (role / "vars").glob("Debian-*.yml")}
    assert len({frozenset(names) for names in releases.values()}) <= 1, releases
    assert set(releases) in (set(), {"Debian-12.yml", "Debian-13.yml"})


def test_readme_sections_are_in_their_order(role):
    lines = (role / "README.md").read_text(encoding="utf-8").splitlines()
    assert lines[0] == f"# {role.name}"
    assert lines[2].strip(), "what the role does comes first"
    assert [line.removeprefix("## ") for line in lines if line.startswith("## ")] == SECTIONS


def test_readme_names_every_public_variable(role, options):
    section = (role / "README.md").read_text(encoding="utf-8").split("## Variables")[1].split("\n## ")[0]
    assert [name for name in options if f"`{name}`" not in section] == []


def test_roles_do_not_pull_in_one_another(role):
    assert load(role / "meta/main.yml")["dependencies"] == []
    foreign = []
    for path in (role / "tasks").glob("**/*.yml"):
        for task in tasks_in(load(path)):
            foreign += [key for key in task if key.rpartition(".")[2] in {"include_role", "import_role"}]
    assert foreign == []


def test_templates_mirror_the_server(role):
    """The layout of the tree is the layout on the server; ``templates_extra`` holds what has no single target."""
    tops = {
        path.relative_to(root).parts[0]
        for root in role.glob("templates*")
        if root.name != "templates_extra"
        for path in root.rglob("*")
        if path.is_file()
    }
    assert tops <= TOP_FOLDERS


def test_there_are_no_handlers(role):
    """A handler is lost with the run that should have called it; pending marks are not."""
    assert not (role / "handlers").exists()


def test_every_task_has_the_tag_of_its_role(role):
    untagged = []
    for task in load(role / "tasks/main.yml") or []:
        tags = task.get("tags", [])
        if role.name not in ([tags] if isinstance(tags, str) else tags):
            untagged.append(task.get("name"))
    assert untagged == []


def test_readme_names_every_tag(role):
    section = (role / "README.md").read_text(encoding="utf-8").split("## Tags")[1].split("\n## ")[0]
    used = set()
    for path in (role / "tasks").glob("**/*.yml"):
        for task in tasks_in(load(path)):
            tags = task.get("tags", [])
            used |= set([tags] if isinstance(tags, str) else tags)
    assert [tag for tag in sorted(used - {"always", "never"}) if f"`{tag}`" not in section] == []

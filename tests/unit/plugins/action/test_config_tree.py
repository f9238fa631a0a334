"""What the controller makes of a task's arguments before anything is sent."""

from __future__ import annotations

import base64

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.infogere.hosting.plugins.action import config_tree

PLAIN = {"mode": "0644", "owner": "root", "group": "root", "sensitive": False, "notify": True, "once": False}


class Copying:
    """A renderer that copies, and shows the variables it was given."""

    def render(self, source, variables=None):
        return source.read_bytes() + (repr(variables).encode() if variables else b"")


@pytest.fixture
def role(tmp_path):
    for name in ("templates/etc/a.conf.j2", "templates/etc/b.conf", "templates_debian13/etc/a.conf.j2"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "templates_extra").mkdir()
    (tmp_path / "templates_extra/site.j2").write_text("site ")
    return tmp_path


@pytest.fixture
def files(role):
    def call(roots=("templates",), **arguments):
        arguments = {"exclude": [], "extra": [], "files": {}, **arguments}
        found = config_tree._files(arguments, role, [role / root for root in roots], Copying())
        return {entry["path"]: base64.b64decode(entry["content"]).decode() for entry in found}

    return call


def test_a_tree_becomes_paths_and_contents(files):
    assert files() == {"/etc/a.conf": "templates/etc/a.conf.j2", "/etc/b.conf": "templates/etc/b.conf"}


def test_a_later_root_replaces_files_of_an_earlier_one(files):
    assert files(["templates", "templates_debian13"]) == {
        "/etc/a.conf": "templates_debian13/etc/a.conf.j2",
        "/etc/b.conf": "templates/etc/b.conf",
    }


def test_what_is_excluded_is_left_out(files):
    assert list(files(exclude=["/etc/a*"])) == ["/etc/b.conf"]


def test_an_extra_template_has_its_own_path_and_variables(files):
    extra = [{"src": "site.j2", "dest": "/etc/site", "vars": {"name": "x"}}]
    assert files(exclude=["*"], extra=extra) == {"/etc/site": "site {'name': 'x'}"}


def test_a_missing_folder_or_template_is_named(files, role):
    with pytest.raises(AnsibleActionFail, match=f"roots: there is no folder {role}/nothing"):
        files(["nothing"])
    with pytest.raises(AnsibleActionFail, match=f"extra: there is no template {role}/templates_extra/nothing.j2"):
        files(extra=[{"src": "nothing.j2", "dest": "/x", "vars": {}}])


@pytest.mark.parametrize(
    ("patterns", "attributes"),
    [
        ({}, PLAIN),
        ({"/etc/*": {"mode": "0640", "group": "adm"}}, {**PLAIN, "mode": "0640", "group": "adm"}),
        ({"/etc/*": {"mode": "0640"}, "/etc/x.key": {"mode": "0600"}}, {**PLAIN, "mode": "0600"}),
        ({"/etc/x.key": {"mode": "0600"}, "/etc/*": {"mode": "0640"}}, {**PLAIN, "mode": "0640"}),
        ({"/etc/*": {"mode": "0640"}, "*.key": {"sensitive": True}}, {**PLAIN, "mode": "0640", "sensitive": True}),
        ({"/srv/*": {"mode": "0600"}}, PLAIN),
        ({"*": {"owner": 33}}, {**PLAIN, "owner": "33"}),
    ],
)
def test_every_matching_pattern_counts_and_the_later_wins(patterns, attributes):
    assert config_tree._attributes_of("/etc/x.key", patterns) == attributes


@pytest.mark.parametrize("mode", [416, "u=rw", "640x", "0888", "", "64", True, None])
def test_a_mode_that_is_none_is_refused(mode):
    with pytest.raises(AnsibleActionFail, match=r'/x: mode .* is not one; write it in quotes, such as "0640"'):
        config_tree._attributes_of("/x", {"/x": {"mode": mode}})


@pytest.mark.parametrize("mode", ["0644", "644", "2750", "4755"])
def test_a_mode_in_quotes_is_taken(mode):
    assert config_tree._attributes_of("/x", {"/x": {"mode": mode}})["mode"] == mode


def test_an_unknown_key_is_named():
    with pytest.raises(AnsibleActionFail, match="files: /x: unknown key modus; known are mode, owner"):
        config_tree._attributes_of("/x", {"/x": {"modus": "0644"}})
    with pytest.raises(AnsibleActionFail, match="directories: /x: unknown key sensitive"):
        config_tree._with_attributes({"/x": {"sensitive": True}}, config_tree.DIRECTORY_DEFAULTS)


def test_directories_have_defaults():
    assert config_tree._with_attributes({"/x": None, "/y": {"mode": "0711"}}, config_tree.DIRECTORY_DEFAULTS) == [
        {"path": "/x", "mode": "0755", "owner": "root", "group": "root"},
        {"path": "/y", "mode": "0711", "owner": "root", "group": "root"},
    ]


def test_units_get_their_full_names_and_only_known_actions():
    assert config_tree._unit_actions({"nginx": "reload", "php8.2-fpm": "restart", "x.timer": "restart"}) == {
        "nginx.service": "reload",
        "php8.2-fpm.service": "restart",
        "x.timer": "restart",
    }
    with pytest.raises(AnsibleActionFail, match="notify_units: nginx: stop; it takes reload or restart"):
        config_tree._unit_actions({"nginx": "stop"})

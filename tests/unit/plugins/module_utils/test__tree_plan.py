"""From a wanted tree and a server to the list of changes."""

from __future__ import annotations

import base64
import grp
import os
import pwd

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _tree_plan as tree_plan
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError

OWNER, GROUP = pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name
NOBODY_HERE = "nobody-of-this-name"


def file(path, content="new\n", mode="0644", **more):
    data = content if isinstance(content, bytes) else content.encode()
    return {
        "path": str(path),
        "content": base64.b64encode(data).decode(),
        "mode": mode,
        "owner": OWNER,
        "group": GROUP,
        **more,
    }


def directory(path, mode="0755", **more):
    return {"path": str(path), "mode": mode, "owner": OWNER, "group": GROUP, **more}


def tree(**parts):
    return {"files": [], "directories": [], "links": {}, "absent": [], "owns": [], "keeps": [], **parts}


def plan(**parts):
    return tree_plan.plan(tree(**parts))


def brief(changes):
    return [(change.verb, change.path.rpartition("/")[2]) for change in changes]


@pytest.fixture
def etc(tmp_path):
    """One file, one link, one folder."""
    (tmp_path / "file").write_text("old\n")
    (tmp_path / "file").chmod(0o644)
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "folder").mkdir(mode=0o755)
    return tmp_path


@pytest.mark.parametrize(
    ("wanted", "verbs"),
    [
        (lambda etc: {"files": [file(etc / "file", "old\n")]}, []),
        (lambda etc: {"files": [file(etc / "file")]}, ["write"]),
        (lambda etc: {"files": [file(etc / "file", once=True)]}, []),
        (lambda etc: {"files": [file(etc / "file", mode="0600", once=True)]}, ["attributes"]),
        (lambda etc: {"files": [file(etc / "link", once=True)]}, ["write"]),
        (lambda etc: {"files": [file(etc / "fresh", once=True)]}, ["write"]),
        (lambda etc: {"files": [file(etc / "file", "old\n", mode="0600")]}, ["attributes"]),
        (lambda etc: {"files": [file(etc / "other")]}, ["write"]),
        (lambda etc: {"files": [file(etc / "link", "old\n")]}, ["write"]),  # a link is replaced, not followed
        (lambda etc: {"files": [file(etc / "file" / "below")]}, ["write"]),  # fails when applied, and is put back
        (lambda etc: {"directories": [directory(etc / "folder")]}, []),
        (lambda etc: {"directories": [directory(etc / "folder", "0700")]}, ["attributes"]),
        (lambda etc: {"directories": [directory(etc / "new")]}, ["directory"]),
        (lambda etc: {"links": {str(etc / "link"): "file"}}, []),
        (lambda etc: {"links": {str(etc / "link"): "other"}}, ["link"]),
        (lambda etc: {"links": {str(etc / "file"): "other"}}, ["link"]),
        (lambda etc: {"absent": [str(etc / "file")]}, ["remove"]),
        (lambda etc: {"absent": [str(etc / "link")]}, ["remove"]),
        (lambda etc: {"absent": [str(etc / "nothing")]}, []),
        (lambda etc: {"absent": [str(etc / "file" / "below")]}, []),
    ],
)
def test_what_differs_is_changed(etc, wanted, verbs):
    changes = plan(**wanted(etc))
    assert [change.verb for change in changes] == verbs


@pytest.mark.parametrize(
    ("name", "mode", "verbs"),
    [("other", "0644", ["write"]), ("file", "0644", []), ("file", "0600", ["attributes"])],
)
def test_a_file_that_is_written_once_keeps_its_content(etc, name, mode, verbs):
    assert [change.verb for change in plan(files=[file(etc / name, mode=mode, once=True)])] == verbs


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (lambda etc: {"files": [file(etc / "folder")]}, "should be a file, but a directory stands there"),
        (lambda etc: {"directories": [directory(etc / "file")]}, "should be a directory, but something else"),
        (lambda etc: {"directories": [directory(etc / "link")]}, "should be a directory, but something else"),
        (lambda etc: {"links": {str(etc / "folder"): "x"}}, "should be a link, but a directory stands there"),
        (lambda etc: {"absent": [str(etc / "folder")]}, "should be absent, but it is a directory"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(etc, wanted, words):
    with pytest.raises(ModuleError) as refusal:
        plan(**wanted(etc))
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "wanted",
    [
        {"files": [file("etc/relative")]},
        {"directories": [directory("/etc/../etc/x")]},
        {"links": {"": "x"}},
        {"absent": ["//etc/x"]},
        {"owns": ["{{ folder }}"]},
    ],
)
def test_only_absolute_paths_are_taken(wanted):
    with pytest.raises(ModuleError, match="is not an absolute path in its shortest form"):
        plan(**wanted)


@pytest.mark.parametrize(("key", "kind"), [("owner", "user"), ("group", "group")])
def test_an_owner_who_does_not_exist_is_named(etc, key, kind):
    wanted = tree(files=[file(etc / "new", **{key: NOBODY_HERE})])
    with pytest.raises(ModuleError, match=f"new: the {kind} {NOBODY_HERE} does not exist .* install its package"):
        tree_plan.plan(wanted)
    # Before the packages are installed, check mode still shows what would come.
    assert brief(tree_plan.plan(wanted, check_mode=True)) == [("write", "new")]


@pytest.mark.parametrize("top", ["/", "/etc", "/usr", "/usr/lib", "/usr/local", "/var", "/var/log", "/srv", "/home"])
def test_folders_of_the_whole_system_are_never_owned(top):
    with pytest.raises(ModuleError, match=f"owns: {top} is shared by the whole system"):
        plan(owns=[top])


@pytest.fixture
def owned(tmp_path):
    """A service's own folder with strays of every kind in it."""
    top = tmp_path / "conf.d"
    (top / "deep").mkdir(parents=True)
    for name in ("kept.conf", "site-a.conf", "stray.conf", "deep/stray.conf", ".hidden"):
        (top / name).write_text("x\n")
    (top / "wanted-link").symlink_to("kept.conf")
    (top / "stray-link").symlink_to("kept.conf")
    (top / "link-to-folder").symlink_to(tmp_path)
    (top / "dangling").symlink_to("nowhere")
    return top


def test_strays_in_an_owned_folder_go(owned):
    changes = plan(
        files=[file(owned / "kept.conf", "x\n")],
        links={str(owned / "wanted-link"): "kept.conf"},
        owns=[str(owned)],
        keeps=["*/site-*.conf", "*/deep/*"],
    )
    assert sorted(brief(changes)) == [
        ("remove", ".hidden"),
        ("remove", "dangling"),
        ("remove", "link-to-folder"),
        ("remove", "stray-link"),
        ("remove", "stray.conf"),
    ]


def test_folders_behind_links_are_not_entered(owned, tmp_path):
    (tmp_path / "precious").write_text("x\n")
    assert "precious" not in [name for _verb, name in brief(plan(owns=[str(owned)]))]


def test_an_owned_folder_that_does_not_exist_has_no_strays(tmp_path):
    assert plan(owns=[str(tmp_path / "nothing")]) == []


def test_a_sensitive_file_never_shows_its_content(etc):
    (etc / "file").write_text("old secret\n")
    for wanted in (file(etc / "file", "new secret\n", sensitive=True), file(etc / "n", "new secret\n", sensitive=True)):
        (change,) = plan(files=[wanted])
        assert change.after == "(content not shown: after)\n"
        assert "secret" not in change.before + change.after


@pytest.mark.parametrize(
    ("data", "shown"),
    [("é\n", "é\n"), (b"\xff\xfe\x00", "(binary, 3 bytes)\n"), ("", "")],
)
def test_the_difference_shows_text(etc, data, shown):
    (change,) = plan(files=[file(etc / "file", data)])
    assert (change.before, change.after) == ("old\n", shown)


def test_directories_come_before_what_is_put_into_them(etc):
    changes = plan(files=[file(etc / "new" / "f")], directories=[directory(etc / "new")])
    assert brief(changes) == [("directory", "new"), ("write", "f")]


def test_attributes_are_shown_in_words(etc):
    (change,) = plan(files=[file(etc / "file", "old\n", mode="0600")])
    assert change.before == f"mode 0644, owner {os.getuid()}, group {os.getgid()}\n"
    assert change.after == f"mode 0600, owner {os.getuid()}, group {os.getgid()}\n"


def test_only_files_that_matter_notify(etc):
    loud, quiet = plan(files=[file(etc / "a"), file(etc / "b", notify=False)])
    assert (loud.notify, quiet.notify) == (True, False)
    assert not plan(directories=[directory(etc / "new")])[0].notify

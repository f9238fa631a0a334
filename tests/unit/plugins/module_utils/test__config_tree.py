"""A tree of files is deployed whole or not at all, with the word of the service's own checker."""

from __future__ import annotations

import os
import signal

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _config_tree as config_tree
from ansible_collections.infogere.hosting.plugins.module_utils import _pending as pending
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError

from unit.plugins.module_utils.test__tree_plan import directory, file, tree
from unit.plugins.module_utils.tree import picture, small_disk

REFUSES = "sh -c 'echo syntax error in line 3 >&2; exit 1'"


@pytest.fixture
def etc(tmp_path):
    folder = tmp_path / "etc"
    (folder / "conf.d").mkdir(parents=True)
    (folder / "main.conf").write_text("good\n")
    (folder / "main.conf").chmod(0o640)
    (folder / "conf.d" / "stray.conf").write_text("stray\n")
    (folder / "enabled").symlink_to("main.conf")
    return folder


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def run(state):
    """``config_tree`` with a state folder of its own."""

    def call(check_mode=False, **parts):
        wanted = tree(checkers=[], after_change={}, notify_units={})
        return config_tree.run({**wanted, **parts}, check_mode, str(state))

    return call


@pytest.fixture
def whole(etc):
    """One change of each kind."""
    return {
        "files": [file(etc / "main.conf", "better\n", mode="0600"), file(etc / "new" / "a.conf", "a\n")],
        "directories": [directory(etc / "made", "0711")],
        "links": {str(etc / "enabled"): "new/a.conf"},
        "owns": [str(etc / "conf.d")],
        "notify_units": {"web.service": "reload"},
    }


def test_the_whole_tree_is_deployed(run, etc, state, whole):
    result = run(**whole)
    assert result["changed"]
    assert result["changed_paths"] == [
        str(etc / path) for path in ("made", "main.conf", "new/a.conf", "enabled", "conf.d/stray.conf")
    ]
    assert (etc / "main.conf").read_text() == "better\n"
    assert (etc / "main.conf").stat().st_mode & 0o7777 == 0o600
    assert (etc / "made").stat().st_mode & 0o7777 == 0o711
    assert str((etc / "enabled").readlink()) == "new/a.conf"
    assert not (etc / "conf.d" / "stray.conf").exists()
    assert pending.read(str(state)) == {"web.service": "reload"}


def test_the_second_run_changes_nothing(run, etc, whole):
    run(**whole)
    before = picture(etc)
    result = run(**whole)
    assert (result["changed"], result["changed_paths"], result["diff"]) == (False, [], [])
    assert picture(etc) == before


def test_check_mode_tells_all_and_touches_nothing(run, etc, state, whole):
    before = picture(etc)
    foretold = run(check_mode=True, checkers=["false"], **whole)
    assert picture(etc) == before
    assert not state.exists()
    told = run(**whole)
    assert foretold == told


@pytest.mark.parametrize("refusal", [{"checkers": [REFUSES]}, {"after_change": {"*/main.conf": REFUSES}}])
def test_a_refusal_restores_every_file(run, etc, state, whole, refusal):
    before = picture(etc)
    with pytest.raises(ModuleError) as error:
        run(**whole, **refusal)
    assert str(error.value) == (
        f"`{REFUSES}` refuses the new configuration: syntax error in line 3; every file was put back"
    )
    assert picture(etc) == before
    assert pending.read(str(state)) == {}


def test_a_checker_sees_the_new_files_and_the_old_ones_after_its_refusal(run, etc):
    wanted = [file(etc / "main.conf", "bad\n")]
    with pytest.raises(ModuleError):
        run(files=wanted, checkers=[f"grep -q good {etc}/main.conf"])
    assert run(files=wanted, checkers=[f"grep -q bad {etc}/main.conf"])["changed"]


def test_no_checker_runs_when_nothing_changes(run, etc):
    assert not run(files=[file(etc / "main.conf", "good\n", mode="0640")], checkers=["false"])["changed"]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("no-such-checker --now", "no-such-checker is not installed"),
        ("/etc/passwd", "/etc/passwd: Permission denied"),
        ("false", "exit code 1"),
    ],
)
def test_a_checker_that_cannot_tell_refuses(run, etc, command, words):
    before = picture(etc)
    with pytest.raises(ModuleError, match=words):
        run(files=[file(etc / "main.conf")], checkers=[command])
    assert picture(etc) == before


@pytest.mark.parametrize("command", ["grep 'half", "", "   "])
def test_a_broken_command_line_is_refused_before_anything_is_written(run, etc, command):
    before = picture(etc)
    for where in ({"checkers": [command]}, {"after_change": {"*": command}}):
        with pytest.raises(ModuleError, match="command line"):
            run(files=[file(etc / "main.conf")], **where)
    assert picture(etc) == before


def test_hooks_run_once_for_what_was_written_only(run, etc, tmp_path):
    def hook(word):
        return f"sh -c 'echo {word} >> {tmp_path}/said'"

    run(
        files=[file(etc / "a.conf"), file(etc / "b.conf"), file(etc / "main.conf", "good\n", mode="0640")],
        owns=[str(etc / "conf.d")],
        after_change={
            "*/?.conf": hook("written"),
            "*/main.conf": hook("same"),
            "*/stray.conf": hook("removed"),
        },
        checkers=[hook("checked")],
    )
    assert (tmp_path / "said").read_text().split() == ["written", "checked"]


def test_a_write_that_fails_restores_the_files_before_it(run, etc):
    before = picture(etc)
    blocked = etc / "main.conf" / "below"
    with pytest.raises(ModuleError, match=r"below: Not a directory|below: File exists") as error:
        run(files=[file(etc / "a.conf"), file(blocked)])
    assert str(error.value).endswith("every file was put back")
    assert picture(etc) == before


def test_a_full_disk_restores_the_files_before_it(run, etc):
    with small_disk(etc / "disk", "64k") as disk:
        if disk is None:
            pytest.skip("this machine does not let us mount")
        (disk / "small.conf").write_text("old\n")
        before = picture(etc)
        with pytest.raises(ModuleError) as error:
            run(files=[file(disk / "small.conf", "new\n"), file(disk / "vast.conf", "x" * 200_000)])
        assert str(error.value) == f"{disk}/vast.conf: No space left on device; every file was put back"
        assert picture(etc) == before


def test_no_room_for_the_state_changes_nothing(etc, tmp_path):
    with small_disk(tmp_path / "state", "16k") as state:
        if state is None:
            pytest.skip("this machine does not let us mount")
        (etc / "vast.conf").write_text("x" * 60_000)
        before = picture(etc)
        wanted = tree(files=[file(etc / "vast.conf")], checkers=[], after_change={}, notify_units={})
        with pytest.raises(ModuleError, match="No space left on device; nothing was changed"):
            config_tree.run(wanted, False, str(state))
        assert picture(etc) == before
        assert not any((state / "transactions").iterdir())


class TestPendingMarks:
    """What a unit must still be told survives everything but a refusal."""

    def test_a_restart_is_not_weakened_to_a_reload(self, run, etc, state):
        run(files=[file(etc / "main.conf", "1\n")], notify_units={"a.service": "restart", "b.service": "reload"})
        run(files=[file(etc / "main.conf", "2\n")], notify_units={"a.service": "reload", "b.service": "restart"})
        assert pending.read(str(state)) == {"a.service": "restart", "b.service": "restart"}

    def test_a_refusal_restores_the_mark_of_an_earlier_run(self, run, etc, state):
        run(files=[file(etc / "main.conf", "1\n")], notify_units={"a.service": "reload"})
        with pytest.raises(ModuleError):
            run(files=[file(etc / "main.conf", "2\n")], notify_units={"a.service": "restart"}, checkers=[REFUSES])
        assert pending.read(str(state)) == {"a.service": "reload"}

    def test_quiet_files_leave_no_mark(self, run, etc, state):
        run(files=[file(etc / "main.conf", notify=False)], notify_units={"a.service": "reload"})
        assert pending.read(str(state)) == {}


def test_a_killed_run_is_healed_by_the_next_one(run, etc, state, whole):
    before = picture(etc)
    child = os.fork()
    if child == 0:
        run(**whole, checkers=["sh -c 'kill -KILL $PPID'"])
    _pid, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert picture(etc) != before
    # The tree that is wanted now is the one from before: only the recovery makes the difference.
    result = run(files=[file(etc / "main.conf", "good\n", mode="0640")])
    assert result["changed"]
    assert str(etc / "main.conf") in result["recovered"]
    assert picture(etc) == before
    assert pending.read(str(state)) == {}


def test_secrets_stay_out_of_result_and_error(run, etc):
    secret = "correct horse battery staple"
    wanted = [file(etc / "main.conf", f"password={secret}\n", sensitive=True)]
    assert secret not in str(run(check_mode=True, files=wanted))
    with pytest.raises(ModuleError) as error:
        run(files=wanted, checkers=["false"])
    assert secret not in str(error.value)
    assert secret not in str(run(files=wanted))

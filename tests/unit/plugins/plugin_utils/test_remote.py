"""The program that is shipped to a server really runs there as ``python3 -I -``; its answer is read with suspicion."""

from __future__ import annotations

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.infogere.hosting.plugins.plugin_utils import remote

MODULE = """from __future__ import annotations
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._helper import helped

def run(params, check_mode):
    if params.get("refuse"):
        raise ModuleError("what is wrong, and the way out")
    if params.get("crash"):
        return {}["nothing"]
    if params.get("say"):
        print(params["say"])
    return {"changed": not check_mode, "echo": helped(params.get("text")), "diff": {"before": "", "after": "x"}}
"""
HELPER = "def helped(text):\n    return text\n"


@pytest.fixture
def utils(tmp_path, monkeypatch):
    """A folder of module_utils with one module and its helper."""
    (tmp_path / "_probe.py").write_text(MODULE)
    (tmp_path / "_helper.py").write_text(HELPER)
    (tmp_path / "_errors.py").write_text((remote.UTILS_FOLDER / "_errors.py").read_text())
    monkeypatch.setattr(remote, "UTILS_FOLDER", tmp_path)
    remote.sources.cache_clear()
    yield tmp_path
    remote.sources.cache_clear()


@pytest.fixture
def action(utils):
    """A remote action as a task would make it, with the connection left out."""

    def make(check_mode=False, diff=False):
        plugin = remote.RemoteAction.__new__(remote.RemoteAction)
        plugin.module = "probe"
        plugin._task = SimpleNamespace(check_mode=check_mode, diff=diff)
        return plugin

    return make


def answer(plugin, params):
    """What the task gets when the program for ``params`` runs in a Python of its own."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-"], input=plugin._program(params), check=False, capture_output=True, cwd="/"
    )
    return plugin._result({"stdout": done.stdout.decode(), "stderr": done.stderr.decode(), "rc": done.returncode})


def test_the_logic_runs_and_its_result_comes_back(action):
    assert answer(action(), {"text": "x"}) == {"changed": True, "echo": "x"}


@pytest.mark.parametrize(
    "text",
    ["é € 漢字", "line\nline\r\n", "'\"\\", "@PAYLOAD@ @MARK@", remote.RESULT_MARK + "{}", "\0\x1b[31m", "x" * 10**6],
)
def test_any_text_travels_both_ways(action, text):
    assert answer(action(), {"text": text})["echo"] == text


def test_modes_travel(action):
    assert answer(action(check_mode=True, diff=True), {}) == {
        "changed": False,
        "echo": None,
        "diff": {"before": "", "after": "x"},
    }


def test_a_refusal_is_one_line_without_traceback(action):
    assert answer(action(), {"refuse": True}) == {"failed": True, "msg": "what is wrong, and the way out"}


def test_a_crash_names_error_file_and_line(action):
    result = answer(action(), {"crash": True})
    line = MODULE.splitlines().index('        return {}["nothing"]') + 1
    assert result["failed"]
    assert result["msg"] == f"KeyError: 'nothing' (_probe.py line {line})"
    assert "Traceback" in result["exception"]


@pytest.mark.parametrize("noise", ["Welcome to web1", remote.RESULT_MARK + '{"changed": false, "forged": true}'])
def test_what_is_printed_before_the_result_is_not_the_result(action, noise):
    result = answer(action(), {"say": noise, "text": "real"})
    assert result["echo"] == "real"
    assert "forged" not in result


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"stdout": "", "stderr": "", "rc": 0}, "probe gave no result (exit code 0): it said nothing"),
        (
            {"stdout": "", "stderr": "sh: 1:\n/usr/bin/python3: not found\n", "rc": 127},
            "probe gave no result (exit code 127): /usr/bin/python3: not found",
        ),
        ({"stdout": "Please change your password\n", "rc": 1}, "(exit code 1): Please change your password"),
        ({"stdout": f"{remote.RESULT_MARK}{{half", "rc": 0}, "probe gave a result that is none: '{half'"),
        ({"stdout": f"{remote.RESULT_MARK}[1, 2]", "rc": 0}, "probe gave a result that is none: '[1, 2]'"),
    ],
)
def test_a_server_that_answers_badly_fails_the_task(action, said, words):
    with pytest.raises(AnsibleActionFail) as error:
        action()._result(said)
    assert words in str(error.value)


def test_a_module_travels_with_all_that_it_imports():
    remote.sources.cache_clear()
    assert {"_config_tree", "_transaction", "_tree_plan", "_command", "_lock", "_pending", "_errors"} == set(
        remote.sources("_config_tree")
    )


@pytest.mark.parametrize("path", sorted(remote.UTILS_FOLDER.glob("_*.py")), ids=lambda path: path.stem)
def test_what_is_shipped_needs_the_standard_library_alone(path):
    """``_entry`` serves ordinary modules and is never shipped."""
    if path.stem == "_entry":
        pytest.skip("runs under Ansible's own packing")
    imports = [line.split()[1] for line in path.read_text().splitlines() if line.startswith(("import ", "from "))]
    strangers = [
        name
        for name in imports
        if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith(remote.UTILS_PACKAGE)
    ]
    assert strangers == []


def test_the_payload_is_not_readable_in_a_list_of_processes(action):
    """It travels on standard input, so nothing of it is in the command line."""
    plugin = action()
    calls = []

    def execute(command, in_data, sudoable):
        calls.append((command, in_data, sudoable))
        return {"stdout": remote.RESULT_MARK + json.dumps({"changed": False}), "rc": 0}

    plugin._connection = SimpleNamespace(is_pipelining_enabled=lambda _wrap: True)
    plugin._low_level_execute_command = execute
    assert plugin.call({"text": "secret"}, {"ansible_python_interpreter": "auto_silent"}) == {"changed": False}
    ((command, _data, sudoable),) = calls
    assert command == "/usr/bin/python3 -I -S -"
    assert sudoable


def test_without_pipelining_the_ordinary_module_runs(action):
    plugin = action()
    plugin._connection = SimpleNamespace(is_pipelining_enabled=lambda _wrap: False)
    plugin._execute_module = lambda **call: call
    assert plugin.call({"a": 1}, {"x": 2}) == {
        "module_name": "infogere.hosting.probe",
        "module_args": {"a": 1},
        "task_vars": {"x": 2},
    }
    plugin.ordinary_module = "probe_rendered"
    assert plugin.call({}, {})["module_name"] == "infogere.hosting.probe_rendered"


def test_an_ordinary_module_is_given_no_unset_option():
    given = {"a": None, "b": [{"file": None, "statements": ["x"]}], "c": False, "d": {"e": None}}
    assert remote.without_unset(given) == {"b": [{"statements": ["x"]}], "c": False, "d": {}}

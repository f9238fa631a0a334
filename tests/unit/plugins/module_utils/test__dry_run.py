"""Several modules asked in one call: up to the first that has something to do, then whether services work."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _dry_run
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError

PACKAGE = _dry_run.__package__


@pytest.fixture
def ask(monkeypatch, tmp_path):
    """Ask about ``{module: changed, or the words of an error}``; what was run and verified is in ``said``."""

    def run(*modules, check_mode=False, verified=None):
        said = []
        for number, answer in enumerate(modules):
            name = f"probe{number}"

            def act(params, check_mode, name=name, answer=answer):
                said.append(("run", name, params, check_mode))
                if isinstance(answer, str):
                    raise ModuleError(answer)
                if isinstance(answer, Exception):
                    raise answer
                return {"changed": answer}

            def verify(params, name=name):
                said.append(("verify", name, params))
                if verified and name in verified:
                    raise ModuleError(verified[name])

            monkeypatch.setitem(sys.modules, f"{PACKAGE}._{name}", SimpleNamespace(run=act, verify=verify))
        calls = [{"module": f"probe{number}", "params": {"number": number}} for number in range(len(modules))]
        return _dry_run.run({"calls": calls}, check_mode, str(tmp_path)), said

    return run


def test_all_in_place(ask):
    answer, said = ask(False, False)
    assert answer == {"changed": False, "first": None, "why": ""}
    assert said == [
        ("run", "probe0", {"number": 0}, True),
        ("run", "probe1", {"number": 1}, True),
        ("verify", "probe0", {"number": 0}),
        ("verify", "probe1", {"number": 1}),
    ]


def test_the_first_with_something_to_do_ends_it(ask):
    answer, said = ask(False, True, False)
    assert (answer["first"], answer["why"]) == (1, "would change")
    assert [entry[1] for entry in said] == ["probe0", "probe1"]


def test_an_error_is_left_to_the_task_itself(ask):
    answer, _said = ask(False, "MariaDB does not answer")
    assert (answer["first"], answer["why"]) == (1, "MariaDB does not answer")


def test_an_error_that_nobody_foresaw_is_left_to_the_task_too(ask):
    answer, _said = ask(False, KeyError("gone"))
    assert (answer["first"], answer["why"]) == (1, "KeyError: 'gone'")


def test_a_service_that_does_not_work(ask):
    answer, _said = ask(False, False, verified={"probe1": "nginx: no answer"})
    assert (answer["first"], answer["why"]) == (1, "nginx: no answer")


def test_check_mode_asks_no_service(ask):
    answer, said = ask(False, check_mode=True, verified={"probe0": "nginx: no answer"})
    assert answer["first"] is None
    assert [entry[0] for entry in said] == ["run"]


def test_modules_without_services_have_nothing_to_verify(monkeypatch, tmp_path):
    module = SimpleNamespace(run=lambda _params, _check_mode: {"changed": False})
    monkeypatch.setitem(sys.modules, f"{PACKAGE}._probe", module)
    calls = [{"module": "probe", "params": {}}]
    assert _dry_run.run({"calls": calls}, False, str(tmp_path))["first"] is None


def test_files_left_half_done_are_something_to_do(ask, tmp_path):
    (tmp_path / "transactions/dead").mkdir(parents=True)
    answer, said = ask(False)
    assert (answer["first"], answer["why"]) == (0, "a killed run left files to put back")
    assert said == []

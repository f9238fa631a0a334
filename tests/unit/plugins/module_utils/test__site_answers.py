"""When a site counts as there; nginx, Apache and the pool are doubles."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _site_answers as answers
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError

OLD, NEW = b"old certificate", b"new certificate"


@pytest.fixture
def front(monkeypatch):
    """What nginx presents and answers, one pair each time it is asked; the last one for ever."""
    clock = itertools.count()
    monkeypatch.setattr(answers, "time", SimpleNamespace(monotonic=lambda: next(clock), sleep=lambda _seconds: None))
    monkeypatch.setattr(answers, "_connect", lambda _path: None)
    monkeypatch.setattr(answers.os.path, "exists", lambda _path: True)
    monkeypatch.setattr(answers, "_wanted_certificate", lambda _site: NEW)

    def install(*said):
        said = itertools.chain(said, itertools.repeat(said[-1]))
        monkeypatch.setattr(answers, "_get", lambda _site: next(said))

    return install


@pytest.mark.parametrize("status", [200, 301, 403, 404, 500])
def test_any_answer_of_the_site_itself_counts(front, status):
    front((NEW, status))
    assert answers.wait_for_site("a.example", "8.2") == status


def test_processes_that_have_not_heard_of_the_reload_are_waited_out(front):
    # nginx with the certificate that it had before, Apache to which the name is nobody's, and a pool that starts.
    front((OLD, 200), (NEW, 421), (NEW, 502), (NEW, 200))
    assert answers.wait_for_site("a.example", "8.2") == 200


@pytest.mark.parametrize(
    ("said", "words"), [((OLD, 200), "nginx presents another certificate"), ((NEW, 421), "HTTP 421")]
)
def test_what_is_missing_is_said(front, said, words):
    front(said)
    with pytest.raises(ModuleError, match=f"does not answer after {answers.PATIENCE} s: {words}"):
        answers.wait_for_site("a.example", "8.2")

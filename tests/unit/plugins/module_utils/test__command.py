"""Programs run without a shell, with bounded time, and say in one line what went wrong."""

from __future__ import annotations

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _command as command
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError


@pytest.mark.parametrize(
    ("argv", "more", "answer"),
    [
        (["echo", "a; b", "$HOME"], {}, (0, "a; b $HOME\n")),
        (["cat"], {"stdin": "secret é"}, (0, "secret é")),
        (["cat"], {}, (0, "")),  # nothing to read, and no waiting for somebody's terminal
        (["sh", "-c", "echo out; echo err >&2; exit 3"], {}, (3, "out\nerr\n")),
        (["sh", "-c", "printf '\\377'"], {}, (0, "\ufffd")),
        (["sh", "-c", "echo $LC_ALL $EXTRA; pwd"], {"env": {"EXTRA": "x"}}, (0, "C.UTF-8 x\n/\n")),
        (["no-such-program"], {}, (127, "no-such-program is not installed")),
        (["/etc/passwd"], {}, (126, "/etc/passwd: Permission denied")),
        (["sleep", "60"], {"timeout": 0.1}, (124, "gave no answer within 0.1 s")),
    ],
)
def test_attempt(argv, more, answer):
    assert command.attempt(argv, **more) == answer


def test_what_is_required_and_fails_is_told_in_one_line():
    assert command.require(["echo", "fine"], "greeting") == "fine\n"
    with pytest.raises(ModuleError, match=r"^greeting: one / two$"):
        command.require(["sh", "-c", "echo one; echo; echo two; exit 1"], "greeting")
    with pytest.raises(ModuleError, match=r"^greeting: exit code 1$"):
        command.require(["false"], "greeting")


@pytest.mark.parametrize(("text", "words"), [("", ""), ("a\n\n b \n", "a / b"), ("1\n2\n3\n4\n", "2 / 3 / 4")])
def test_last_words(text, words):
    assert command.last_words(text) == words

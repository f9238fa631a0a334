"""A run's bracket: fail closed at the begin, never lose the end, never keep a secret."""

from __future__ import annotations

import pytest

from infogere.errors import InfogereError
from infogere.record import spool
from infogere.record.recorder import Failure, Recorder, Scope, failure_of, one_line, operator

SCOPE = Scope(terms="HBT-20220901-01", run="r1", server="web1", contract="BC-1", check_mode=False)
BEGIN = {"playbook": "site", "reason": "ticket", "reference": "RT#4711", "operator": "ada"}


@pytest.fixture
def recorder(book):
    return Recorder(book.url, book.state_dir, wait=0.1)


@pytest.fixture
def unwritable(book, recorder):
    recorder.begin(SCOPE, **BEGIN)
    with book.path.open("r+b") as file:
        file.seek(18)  # write version beyond SQLite's own: read-only, for root too
        content = file.read(1)
        file.seek(18)
        file.write(b"\x03")
    yield recorder
    with book.path.open("r+b") as file:
        file.seek(18)
        file.write(content)


def entries(book):
    with book.reader() as reader:
        return reader.entries()


def test_a_run_from_begin_to_end(book, recorder):
    recorder.begin(SCOPE, **BEGIN)
    recorder.ticket_object(SCOPE, object_kind="vhost", name="shop.fr", state="present", changed=True)
    recorder.end(SCOPE, changed=2)
    begin, made, end = entries(book)
    assert begin.data == {**BEGIN, "check_mode": False}
    assert (made.data["name"], made.data["changed"]) == ("shop.fr", True)
    assert (end.data["outcome"], end.data["changed"]) == ("ok", 2)
    assert {entry.fields["terms"] for entry in (begin, made, end)} == {"HBT-20220901-01"}
    assert book.verify().findings == ()


def test_a_begin_that_cannot_be_written_stops_the_run(book, unwritable):
    with pytest.raises(InfogereError, match="readonly"):
        unwritable.begin(SCOPE, **BEGIN)
    assert spool.count(book.state_dir) == (0, 0)


def test_an_end_that_cannot_be_written_waits_and_goes_in_first(book, request):
    recorder = request.getfixturevalue("unwritable")
    receipt = recorder.end(SCOPE)
    assert (receipt.seq, receipt.spooled) == (None, book.state_dir / spool.SPOOL_FILE)
    with book.path.open("r+b") as file:
        file.seek(18)
        file.write(b"\x02")
    assert recorder.begin(SCOPE, **BEGIN).seq == 3
    assert [entry.kind for entry in entries(book)] == ["run-begin", "run-end", "run-begin"]


@pytest.mark.parametrize(
    ("task", "result", "failure"),
    [
        ({"name": "Copy"}, {"msg": "disk full"}, Failure("Copy", "disk full")),
        ({"name": "", "action": "fail"}, {}, Failure("fail", "no message")),
        ({"name": "Set", "no_log": True}, {"msg": "hunter2"}, Failure("Set", None)),
        ({"name": "Set", "no_log": "{{ hide }}"}, {"msg": "hunter2"}, Failure("Set", None)),
        ({"name": "Set", "no_log": "{{ hide }}"}, {"msg": "x", "_ansible_no_log": False}, Failure("Set", "x")),
        ({"name": "Loop"}, {"msg": "hunter2", "_ansible_no_log": True}, Failure("Loop", None)),
        ({"name": "Old"}, {"msg": "hunter2", "censored": "the output has been hidden"}, Failure("Old", None)),
    ],
)
def test_what_is_said_of_a_failed_task(task, result, failure):
    assert failure_of(task, result) == failure
    assert "hunter2" not in failure.words


@pytest.mark.parametrize(
    "text",
    [
        "login failed: password=CANARY",
        "db_password: 'CANARY' is wrong",
        '{"api_key": "CANARY"}',
        "connect mysql://root:CANARY@db1/mail failed",
        "near CREATE USER x IDENTIFIED BY 'CANARY'",
        "--token=CANARY",
        "-----BEGIN PRIVATE KEY-----\nCANARY\n-----END PRIVATE KEY-----",
    ],
)
def test_credentials_in_a_message_are_masked(book, recorder, text):
    recorder.begin(SCOPE, **BEGIN)
    recorder.end(SCOPE, failure=Failure("Do it", text))
    assert "***" in entries(book)[-1].data["message"]
    assert all(b"CANARY" not in path.read_bytes() for path in book.state_dir.rglob("*") if path.is_file())


def test_a_message_is_one_bounded_line():
    assert one_line("a\n\tb\x1b[31m  c\u2028d") == "a b [31m c d"
    assert len(one_line("x" * 9999)) == 500
    assert one_line("identified by hand") != ""


def test_a_refused_value_is_not_repeated(recorder):
    with pytest.raises(InfogereError) as caught:
        recorder.begin(SCOPE, **{**BEGIN, "playbook": "CANARY\nCANARY"})
    assert "run-begin entry refused: playbook" in str(caught.value)
    assert "CANARY" not in str(caught.value)


def test_the_operator_is_the_person_behind_sudo(monkeypatch):
    monkeypatch.setenv("SUDO_USER", "ada")
    assert operator() == "ada"
    monkeypatch.delenv("SUDO_USER")
    monkeypatch.setenv("LOGNAME", "grace")
    assert operator() == "grace"

"""What is foreseen of the tasks that follow is what they would do: real plays, real files, nothing changed.

Each play has one file in place; whether the answer is yes depends on the variables that the foreseen task sees.
"""

from __future__ import annotations

import grp
import os
import pwd

import pytest

pytestmark = pytest.mark.programs

ASK = {"name": "Ask", "infogere.hosting.dry_run": {}, "register": "answer"}
TELL = {"name": "Tell", "ansible.builtin.debug": {"var": "answer"}, "when": "answer.in_place is defined"}
YES, NO = "in_place: true", "in_place: false"
CONFIG = "callback_result_format = yaml\npipelining = {}\n"


@pytest.fixture
def foresee(playground, tmp_path):
    """The answer about ``tasks``, in a play with the roles ``web`` and ``mail``.

    ``web`` puts ``{{ web_port }}`` and ``{{ web_name }}`` into a file that holds ``80 shop``.
    """
    target = tmp_path / "etc/web.conf"
    target.parent.mkdir()
    target.write_text("80 shop")
    target.chmod(0o644)
    mine = {"owner": pwd.getpwuid(os.getuid()).pw_name, "group": grp.getgrgid(os.getgid()).gr_name}
    write = {
        "name": "Write",
        "infogere.hosting.config_tree": {
            "roots": [],
            "extra": [{"src": "web.conf.j2", "dest": str(target)}],
            "files": {"*": mine},
        },
        "tags": ["web"],
    }
    files = {
        "roles/web/defaults/main.yml": {"web_port": 80, "web_name": "{{ web_default_name }}"},
        "roles/web/vars/main.yml": {"web_default_name": "shop"},
        "roles/web/templates_extra/web.conf.j2": "{{ web_port }} {{ web_name }}",
        "roles/web/tasks/main.yml": [write],
        "roles/mail/defaults/main.yml": {"mail_on": False},
        "roles/mail/tasks/main.yml": [
            {"name": "Leave", "ansible.builtin.meta": "end_role", "when": "not mail_on"},
            {"name": "Act", "ansible.builtin.command": {"cmd": "true"}},
        ],
    }

    def run(*tasks, options=(), before=(), write_options=None, pipelining=True):
        changed = [{**write, **(write_options or {})}]
        said = playground(
            {**files, "roles/web/tasks/main.yml": changed},
            [*before, ASK, TELL, *tasks],
            options,
            CONFIG.format(pipelining),
        )
        assert target.read_text() == "80 shop" or "--check" in options or NO in said
        return said

    return run


def web(**variables):
    return {"name": "Web", "ansible.builtin.import_role": {"name": "web"}, "vars": variables}


MAIL = {"name": "Mail", "ansible.builtin.import_role": {"name": "mail"}}


def test_what_is_in_place_is_in_place(foresee):
    said = foresee(web())
    assert YES in said
    assert "nothing to change (1 tasks asked)" in said


@pytest.mark.parametrize(
    ("variables", "options"),
    [
        ({"web_port": 81}, ()),
        ({}, ("-e", "web_port=81")),
        ({}, ("-e", "web_default_name=other")),
        ({"web_port": "{{ 40 + 41 }}"}, ()),
    ],
)
def test_every_place_of_a_variable_counts(foresee, variables, options):
    said = foresee(web(**variables), options=("--check", *options))
    assert NO in said
    assert "web : Write: would change" in said


def test_the_command_line_comes_before_the_play(foresee):
    assert YES in foresee(web(web_port=81), options=("-e", "web_port=80"))


def test_facts_that_were_set_before_count(foresee):
    known = {"ansible.builtin.set_fact": {"web_port": 81}}
    assert NO in foresee(web(), before=[known], options=("--check",))


def test_two_imports_of_a_role_are_two_tasks(foresee):
    said = foresee(web(), web(web_port=81), options=("--check",))
    assert NO in said


@pytest.mark.parametrize(("condition", "answer"), [("web_port == 80", YES), ("web_port == 81", "(0 tasks asked)")])
def test_conditions_are_considered(foresee, condition, answer):
    assert answer in foresee(web(), write_options={"when": condition})


def test_loops_are_gone_through(foresee):
    loop = {"loop": [80, 81], "loop_control": {"loop_var": "port"}, "vars": {"web_port": "{{ port }}"}}
    assert NO in foresee(web(), write_options=loop, options=("--check",))
    loop["loop"] = [80, "80"]
    assert "nothing to change (2 tasks asked)" in foresee(web(), write_options=loop)


def test_a_role_that_ends_itself_is_left_out(foresee):
    assert YES in foresee(web(), MAIL)
    said = foresee(web(), MAIL, options=("-e", '{"mail_on": true}'))
    assert NO in said
    assert "mail : Act: ansible.builtin.command tells only by doing" in said


def test_tags_choose(foresee):
    act = {"name": "Act", "ansible.builtin.command": {"cmd": "true"}, "tags": ["act"]}
    always = ("--tags", "always,web")
    chosen = [{**ASK, "tags": ["always"]}, {**TELL, "tags": ["always"]}]
    assert YES in foresee(web(), act, before=chosen, options=always)
    assert NO in foresee(web(), act)


def test_assertions_are_asked(foresee):
    good = {"name": "Refuse", "ansible.builtin.assert": {"that": "1 == 1"}}
    assert YES in foresee(good, web())
    bad = {"name": "Refuse", "ansible.builtin.assert": {"that": "1 == 2", "fail_msg": "no"}}
    said = foresee(bad, web())
    assert NO in said
    assert "Refuse: it refuses" in said


def test_what_an_earlier_task_would_say_cannot_be_known(foresee):
    said = foresee(
        {"name": "Look", "infogere.hosting.config_tree": {"roots": []}, "register": "seen"},
        web(web_name="{{ seen.changed_paths | join }}"),
        options=("--check",),
    )
    assert NO in said


@pytest.mark.parametrize(
    "word",
    [
        {"delegate_to": "localhost"},
        {"run_once": True},
        {"become": True},
        {"remote_user": "somebody"},
        {"register": "result"},
        {"changed_when": True},
        {"failed_when": False},
        {"vars": {"ansible_host": "elsewhere"}},
        {"loop": [1], "loop_control": {"index_var": "web_port"}},
    ],
)
def test_what_is_more_than_its_module_is_not_foreseen(foresee, word):
    assert NO in foresee(web(), write_options=word, options=("--check",))


def test_what_always_happens_is_part_of_it(foresee):
    act = {"name": "Act", "ansible.builtin.command": {"cmd": "true"}}
    said = foresee({"name": "Block", "block": [web()], "always": [act]}, options=("--check",))
    assert NO in said
    assert "Act: ansible.builtin.command tells only by doing" in said


def test_a_block_is_asked_to_its_end_and_no_further(foresee):
    act = {"name": "Act", "ansible.builtin.command": {"cmd": "true"}}
    block = {"name": "Block", "block": [ASK, TELL, web()]}
    assert "(1 tasks asked)" in foresee(act, before=[block], options=("--check",))


@pytest.mark.parametrize("place", ["rescue", "always"])
def test_a_question_after_the_fact_has_no_answer(foresee, place):
    fail = {"name": "Fail", "ansible.builtin.fail": {"msg": "no"}}
    block = {"name": "Block", "block": [fail], place: [ASK, TELL, web()]}
    said = foresee(before=[block], options=("--check",))
    assert NO in said
    assert "the question stands in an included file" in said


def test_a_question_in_an_included_file_has_no_answer(playground):
    act = {"name": "Act", "ansible.builtin.command": {"cmd": "true"}}
    include = {"name": "Include", "ansible.builtin.include_tasks": "included.yml"}
    said = playground({"included.yml": [ASK, TELL, act]}, [include], ("--check",), CONFIG.format(True))
    assert NO in said


def test_what_the_task_refuses_is_left_to_the_task(foresee):
    site = {"name": "Make", "infogere.hosting.vhost": {"name": "no domain"}}
    said = foresee(site, options=("--check",))
    assert "msg: 'Make: ''no domain'' is not a domain name" in said
    assert NO in said
    assert said.index("TASK [Make]") > said.index(NO)


def test_hidden_words_stay_hidden(foresee):
    said = foresee(web(web_name="{{ lookup('ansible.builtin.file', '/secret') }}"), write_options={"no_log": True})
    assert "its words are hidden (no_log)" in said


def test_what_is_done_with_the_answer_is_no_part_of_it(foresee):
    end = {"name": "End", "ansible.builtin.meta": "end_host", "when": "answer.in_place"}
    fail = {"name": "Act", "ansible.builtin.fail": {"msg": "never"}}
    said = foresee(end, web())
    assert YES in said
    assert "TASK [web : Write]" not in said
    assert "FAILED" not in said
    assert NO in foresee(end, fail, web())


def test_check_mode_asks_too(foresee):
    assert YES in foresee(web(), options=("--check", "--diff"))


def test_without_pipelining_the_tasks_tell(foresee):
    said = foresee(web(), pipelining=False)
    assert NO in said
    assert "the connection cannot pipeline" in said

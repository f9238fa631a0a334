"""Templates mean here what they mean to ``ansible.builtin.template``, and their faults have a file and a line."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleActionFail
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.infogere.hosting.plugins.plugin_utils import rendering


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "templates"


@pytest.fixture
def render(folder):
    """Render ``text`` as a template of the folder with ``variables``."""

    def call(text, name="etc/x.conf.j2", own=None, **variables):
        source = folder / name
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_bytes(text.encode() if isinstance(text, str) else text)
        templar = Templar(loader=DataLoader(), variables=variables)
        return rendering.Renderer(templar, variables, [str(folder)]).render(source, own)

    return call


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("listen {{ port }};\n", "listen 80;\n"),
        ("{% for name in names %}\nserver {{ name }};\n{% endfor %}\nend\n", "server a;\nserver b;\nend\n"),
        ("  {% if port %}\nyes\n  {% endif %}\n", "  yes\n  \n"),  # blocks are trimmed, indentation is kept
        ("{# why #}\nx\n", "x\n"),
        ("no newline at the end", "no newline at the end"),
        ("", ""),
        ("{{ port }}", "80"),
        ("{{ names }}", "['a', 'b']"),
        ("{{ nothing | default('') }}", ""),
        (r"\n and \\ stay {{ port }}", r"\n and \\ stay 80"),
        ("é {{ 'ü' }}\n", "é ü\n"),
        ("# {{ ansible_managed }}\n", f"# {rendering.MANAGED}\n"),
    ],
)
def test_texts(render, text, result):
    assert render(text, port=80, names=["a", "b"]) == result.encode()


def test_own_variables_win(render):
    assert render("{{ a }} {{ b }}", own={"b": "own"}, a="task's", b="task's") == b"task's own"


def test_a_file_that_is_no_template_is_taken_as_it_is(render):
    assert render(b"\xff {{ not rendered }}", name="usr/bin/tool") == b"\xff {{ not rendered }}"


def test_templates_include_one_another(render, folder):
    folder.mkdir()
    (folder / "common.j2").write_text("from common\n")
    assert render("{% include 'common.j2' %}") == b"from common"


def test_text_that_came_from_a_variable_is_not_rendered_again(render):
    assert render("{{ customer }}", customer="{{ lookup('pipe', 'id') }}") == b"{{ lookup('pipe', 'id') }}"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("fine\n\nlisten {{ prot }};\n", 3, "'prot' is undefined"),
        ("fine\n{% for x in names %}\n{{ x.missing }}\n{% endfor %}\n", 3, "missing"),
        ("fine\n{% if %}\n", 2, "Expected an expression"),
        ("{% for x in names %}\n", 1, "Unexpected end of template"),
        ("a\nb\n{{ names | no_such_filter }}\n", 3, "no_such_filter"),
        ("a\n{{ 1 / 0 }}\n", 2, "division by zero"),
    ],
)
def test_a_fault_names_file_and_line(render, folder, text, line, words):
    with pytest.raises(AnsibleActionFail) as error:
        render(text, names=[{"a": 1}])
    said = str(error.value)
    assert said.startswith(f"{folder}/etc/x.conf.j2:{line}: ")
    assert words in said
    assert "\n" not in said


def test_the_layout_of_the_tree_is_the_layout_of_the_server(folder):
    for name in ("etc/nginx/nginx.conf.j2", "etc/nginx/mime.types", "etc/app/a.j2.j2", "usr/bin/tool"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    targets = [target for _source, target in rendering.tree_files(folder, exclude=["/usr/*"])]
    assert targets == ["/etc/app/a.j2", "/etc/nginx/mime.types", "/etc/nginx/nginx.conf"]

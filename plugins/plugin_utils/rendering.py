"""Render a role's template tree on the controller.

The layout of the tree is the layout on the server: ``templates/etc/nginx/nginx.conf.j2`` becomes
``/etc/nginx/nginx.conf``; a file without ``.j2`` is taken as it is.
"""

from __future__ import annotations

import fnmatch
import re
import traceback
from collections.abc import Iterator
from pathlib import Path

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.template import trust_as_template

MANAGED = "Managed by infogere: changes made here are undone by the next converge."
SUFFIX = ".j2"
# What ansible.builtin.template uses, so that a template means here what it means there.
STYLE = {"trim_blocks": True, "lstrip_blocks": False, "newline_sequence": "\n"}
QUOTED = re.compile(r"'(\w+)'")


class Renderer:
    """Turns template files into text with one task's variables.

    Args:
        templar: the task's templar.
        task_vars: the task's variables.
        search_path: folders in which ``{% include %}`` looks.
    """

    def __init__(self, templar, task_vars: dict, search_path: list[str]) -> None:
        self._templar = templar
        self._variables = {"ansible_managed": MANAGED, **task_vars}
        self._search_path = search_path

    def render(self, source: Path, variables: dict | None = None) -> bytes:
        """The bytes of ``source`` for the server.

        Raises:
            AnsibleActionFail: the template's fault, with its file and line.
        """
        if source.suffix != SUFFIX:
            return source.read_bytes()
        available = {**self._variables, **(variables or {})}
        templar = self._templar.copy_with_new_env(searchpath=self._search_path, available_variables=available)
        template = source.read_text(encoding="utf-8")
        try:
            text = templar.template(trust_as_template(template), escape_backslashes=False, overrides=STYLE)
        except AnsibleError as error:
            where = f"{source}:{line}" if (line := _line_of(error, template)) else str(source)
            raise AnsibleActionFail(f"{where}: {_reason(error)}") from error
        return ("" if text is None else str(text)).encode("utf-8")


def tree_files(root: Path, exclude: list[str]) -> Iterator[tuple[Path, str]]:
    """``(template file, path on the server)`` of everything under ``root``, sorted."""
    for source in sorted(root.rglob("*")):
        if source.is_file():
            target = "/" + str(source.relative_to(root)).removesuffix(SUFFIX)
            if not any(fnmatch.fnmatch(target, glob) for glob in exclude):
                yield source, target


def _line_of(error: BaseException, template: str) -> int:
    """The line of ``template`` in which ``error`` arose; 0 if nothing tells it."""
    fault: BaseException | None = error
    while fault is not None:
        if isinstance(getattr(fault, "lineno", None), int):
            return fault.lineno
        if line := _line_in_traceback(fault):
            return line
        fault = fault.__cause__ or fault.__context__
    return _first_mention(QUOTED.findall(str(error)), template)


def _line_in_traceback(fault: BaseException) -> int:
    """The template's line in the innermost frame that runs one; Jinja puts the template beside its compiled code."""
    line = 0
    for frame, number in traceback.walk_tb(fault.__traceback__):
        template = frame.f_globals.get("__jinja_template__")
        if template is not None:
            line = template.get_corresponding_lineno(number)
        elif frame.f_code.co_filename in {"<template>", "<unknown>"}:
            line = number
    return line


def _first_mention(names: list[str], template: str) -> int:
    """Ansible evaluates undefined names lazily and drops their line: find the name in the text instead."""
    for name in reversed(names):
        for number, line in enumerate(template.splitlines(), start=1):
            if re.search(rf"\b{name}\b", line):
                return number
    return 0


def _reason(error: BaseException) -> str:
    """The innermost words of an error chain, on one line."""
    innermost = error
    while innermost.__cause__ is not None:
        innermost = innermost.__cause__
    return " ".join(str(innermost).split())

"""Read a YAML file into a model; a fault names the file, the line and the key.

The fast path keeps no positions. Only when something is wrong is the file read a second time as a tree
of marked nodes, to find the line of the key at fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from infogere.errors import InfogereError

try:
    from yaml import CSafeLoader as _BaseLoader
except ImportError:  # PyYAML built without libyaml: slower, same result
    from yaml import SafeLoader as _BaseLoader  # type: ignore[assignment]

Model = TypeVar("Model", bound=BaseModel)
Location = Sequence[str | int]


class _Loader(_BaseLoader):
    """Safe loader that refuses a key written twice: the second would silently replace a promise."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        mapping = super().construct_mapping(node, deep=deep)
        if len(mapping) != len(node.value) and not any(key.value == "<<" for key, _ in node.value):
            seen: set[str] = set()
            for key, _ in node.value:
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"key {key.value!r} is written twice", key.start_mark
                    )
                seen.add(key.value)
        return mapping


def _date(loader: _Loader, node: yaml.ScalarNode) -> Any:
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError as error:
        raise yaml.constructor.ConstructorError(None, None, f"{node.value}: {error}", node.start_mark) from None


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _date)


def read(path: Path, what: str) -> Any:
    """Plain data of a YAML file; ``what`` names the kind of file in errors."""
    try:
        with path.open("rb") as stream:
            return yaml.load(stream, Loader=_Loader)  # noqa: S506  _Loader is a safe loader
    except FileNotFoundError:
        raise InfogereError(f"{what} {path}: no such file", way_out="check the path") from None
    except OSError as error:
        raise InfogereError(f"{what} {path} cannot be read: {error.strerror}", way_out="check the path") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        problem = getattr(error, "problem", None) or " ".join(str(error).split())
        raise InfogereError(f"{place}: {problem}", way_out=f"mend the {what}; it is YAML") from error


def parse(model: type[Model], data: Any, path: Path, what: str) -> Model:
    """Validate ``data`` of ``path`` as ``model``; all faults at once, one per line."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        faults = [(tuple(item["loc"]), _sentence(item)) for item in error.errors()]
        raise refusal(path, faults, what) from None


def load(model: type[Model], path: Path, what: str) -> Model:
    return parse(model, read(path, what), path, what)


def refusal(path: Path, faults: Sequence[tuple[Location, str]], what: str) -> InfogereError:
    """An error that lists each fault as ``file:line: key: what is wrong``."""
    root = _compose(path)
    lines = []
    for location, problem in faults:
        line, known = _line_of(root, location)
        key = ".".join(str(step) for step in known) or "the file"
        lines.append(f"{path}:{line}: {key}: {problem}")
    return InfogereError("\n".join(dict.fromkeys(lines)), way_out=f"mend the {what}")


_PLAIN = {
    "extra_forbidden": "unknown key",
    "missing": "key is missing",
}
# What is wrong, for somebody who writes YAML: the checker's own words speak of Python's types.
_WANTED = (
    (("model_type", "dict_type", "mapping_type"), "write keys with their values"),
    (("tuple_type", "list_type"), "write a list"),
    (("string_type",), "write text, between quotes if it looks like a number or a date"),
    (("int_parsing", "int_type", "int_from_float"), "write a whole number"),
    (("decimal_parsing", "decimal_type", "finite_number"), "write a number, with a point before its decimals"),
)
_KIND_WANTED = {kind: problem for kinds, problem in _WANTED for kind in kinds}


def _sentence(item: Any) -> str:
    kind = item["type"]
    if kind in _PLAIN:
        return _PLAIN[kind]
    problem = _KIND_WANTED.get(kind)
    if problem is None:
        problem = str(item["msg"]).removeprefix("Value error, ")
        problem = problem[:1].lower() + problem[1:]
    shown = _as_written(item["input"])
    return f"{problem} (found {shown})" if len(shown) <= 40 else problem


def _as_written(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    # What YAML made of an unquoted date, as the file has it.
    return str(value) if isinstance(value, date) else repr(value)


def _compose(path: Path) -> yaml.Node | None:
    with path.open("rb") as stream:
        node: yaml.Node | None = yaml.compose(stream, Loader=_BaseLoader)
    return node


def _line_of(root: yaml.Node | None, location: Location) -> tuple[int, list[str | int]]:
    """Line (from 1) of the deepest part of ``location`` that the file has, and the whole key path.

    Steps that are not in the file are kept at the end (a missing key), except those that a validator
    adds inside a scalar.
    """
    if root is None:
        return 1, list(location)
    node, line = root, root.start_mark.line + 1
    known: list[str | int] = []
    for step in location:
        found = _child(node, step)
        if found is None:
            if isinstance(node, yaml.MappingNode) and step != "[key]":
                known.append(step)
            break
        line, node = found
        known.append(step)
    return line, known


def _child(node: yaml.Node, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        child = node.value[step]
        return child.start_mark.line + 1, child
    return None

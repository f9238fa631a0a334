"""The files with which a fleet begins: one folder, one server, one order form, ready to be judged and converged."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path

from infogere.errors import InfogereError
from infogere.fleet.models import DOMAIN, Customer, OrderForm
from infogere.fleet.rules import customer_group

TEMPLATES = Path(__file__).parent / "skeleton"
CUSTOMER_FILE = "inventory/group_vars/customer.yml.j2"


def files(server: str, customer: Customer, form: OrderForm, terms: str) -> Mapping[str, str]:
    """``{path in the folder: text}`` of a fleet with this one server.

    Args:
        server: full host name.
        terms: version of the terms that were signed.

    Raises:
        InfogereError: the server's name is no full host name.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    if not DOMAIN.fullmatch(server):
        raise InfogereError(
            f"{server!r} is not a full host name", way_out="write it in lower case, with its domain: web1.example.com"
        )
    group = customer_group(customer.id)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701
    )
    # Whatever a person is called: a JSON string is a YAML string, and the models let no template pass.
    environment.filters["quoted"] = functools.partial(json.dumps, ensure_ascii=False)
    values = {
        "server": server,
        "customer": customer,
        "form": form,
        "group": group,
        "level": form.level,
        "terms": terms,
    }
    targets = {
        "ansible.cfg.j2": "ansible.cfg",
        "gitignore.j2": ".gitignore",
        "inventory/hosts.yml.j2": "inventory/hosts.yml",
        CUSTOMER_FILE: f"inventory/group_vars/{group}.yml",
    }
    return {target: environment.get_template(source).render(values) for source, target in targets.items()}


def write(folder: Path, texts: Mapping[str, str]) -> list[Path]:
    """Write ``texts`` below ``folder``; the paths written. Nothing that stands there is overwritten.

    Raises:
        InfogereError: one of the files is there already; none was written.
    """
    paths = {folder / name: text for name, text in texts.items()}
    for path in paths:
        if path.exists():
            raise InfogereError(
                f"{path} is there already", way_out="name a new folder, or add the server to that inventory by hand"
            )
    new = {parent for path in paths for parent in path.parents if not parent.exists()}
    written: list[Path] = []
    try:
        for path, text in paths.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            written.append(path)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        for parent in sorted(new, reverse=True):  # the deepest first
            if parent.exists():
                parent.rmdir()
        # A full disk names no file.
        place = error.filename or (written[-1] if written else folder)
        raise InfogereError(
            f"{place}: {error.strerror}; nothing was written", way_out="name a folder that you may write"
        ) from error
    return written

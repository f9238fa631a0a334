"""Which inventory is meant: ``-i``, else what Ansible itself would take."""

from __future__ import annotations

import configparser
import os
from pathlib import Path

from infogere import settings
from infogere.errors import InfogereError

FALLBACK = Path("/etc/ansible/hosts")


def find(given: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Absolute sources: ``given``, else ``ANSIBLE_INVENTORY``, else ``ansible.cfg``, else Ansible's default.

    A source with a comma is a list of hosts and is passed on as it is, as Ansible does.
    """
    base = Path.cwd()
    chosen = given or _split(os.environ.get("ANSIBLE_INVENTORY"))
    if not chosen:
        config_file = settings.load().config_file
        if config_file:
            base = config_file.parent
            chosen = _split(_configured(config_file))
    sources = tuple(text if "," in text else str((base / Path(text).expanduser()).resolve()) for text in chosen)
    for source in sources or (str(FALLBACK),):
        if "," not in source and not Path(source).exists():
            raise InfogereError(
                f"inventory {source} does not exist",
                way_out="give one with -i PATH, or set inventory in [defaults] of ansible.cfg",
            )
    return sources or (str(FALLBACK),)


def _split(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _configured(config_file: Path) -> str | None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(config_file, encoding="utf-8")
    return parser.get("defaults", "inventory", fallback=None)

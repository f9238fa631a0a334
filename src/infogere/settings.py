"""Where the controller keeps things: read from ``ansible.cfg``, so that the
command line and the playbooks, started from one folder, always agree.

Source of the search order: ansible-core's own (``ANSIBLE_CONFIG``, the current
folder, the home folder, ``/etc/ansible``). Only the section ``[infogere]`` is read.
"""

from __future__ import annotations

import configparser
import os
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path

from infogere.errors import InfogereError

SECTION = "infogere"


@dataclass(frozen=True)
class Settings:
    """Paths and addresses of the controller.

    Attributes:
        state_dir: folder of the record, the private CA and the generated secrets; mode 0700.
        record_url: SQLAlchemy URL of the SLA record.
        config_file: the ``ansible.cfg`` that was read, if any.
        terms: terms file, or version of a shipped one; None: the shipped default.
        calendar: calendar file, or version of a shipped one; None: the terms' own.
        profile: how unclear articles are read, ``customer`` or ``provider``.
        smtp_url: mail server that takes notices to customers: ``smtp://``, ``submission://`` or ``smtps://``.
        smtp_password_file: file with the password for it; INFOGERE_SMTP_PASSWORD wins.
        mail_from: sender of notices, ``Name <address>``.
        provider: name of the provider on statements (A-1-2); where nobody wrote it, that of ``mail_from``.
    """

    state_dir: Path
    record_url: str
    config_file: Path | None
    terms: str | None = None
    calendar: str | None = None
    profile: str = "customer"
    smtp_url: str | None = None
    smtp_password_file: Path | None = None
    mail_from: str | None = None
    provider: str | None = None


def load() -> Settings:
    """Read the settings; environment wins over file, file over default."""
    config_file = _config_file()
    section = _read(config_file) if config_file else {}
    base = config_file.parent if config_file else Path.cwd()
    state_dir = _path(os.environ.get("INFOGERE_STATE_DIR"), Path.cwd())
    state_dir = state_dir or _path(section.get("state_dir"), base) or _default_state_dir()
    record_url = os.environ.get("INFOGERE_RECORD_URL") or section.get("record_url")
    mail_from = os.environ.get("INFOGERE_MAIL_FROM") or section.get("mail_from") or None
    named = os.environ.get("INFOGERE_PROVIDER") or section.get("provider")
    return Settings(
        state_dir=state_dir,
        record_url=record_url or f"sqlite:///{state_dir / 'record.db'}",
        config_file=config_file,
        terms=_name_or_path("terms", section, base),
        calendar=_name_or_path("calendar", section, base),
        profile=os.environ.get("INFOGERE_PROFILE") or section.get("profile") or "customer",
        smtp_url=os.environ.get("INFOGERE_SMTP_URL") or section.get("smtp_url") or None,
        smtp_password_file=_path(os.environ.get("INFOGERE_SMTP_PASSWORD_FILE"), Path.cwd())
        or _path(section.get("smtp_password_file"), base),
        mail_from=mail_from,
        provider=named or parseaddr(mail_from or "")[0] or None,
    )


def ensure_state_dir(settings: Settings) -> Path:
    """Create the state folder, readable by its owner alone, and return it."""
    try:
        settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InfogereError(
            f"state folder {settings.state_dir} cannot be made: {error.strerror}",
            way_out=f"set state_dir in [{SECTION}] of ansible.cfg, or INFOGERE_STATE_DIR",
        ) from error
    return settings.state_dir


def _default_state_dir() -> Path:
    state_home = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(state_home).expanduser() / "infogere"


def _path(text: str | None, base: Path) -> Path | None:
    return (base / Path(text).expanduser()).resolve() if text else None


def _name_or_path(key: str, section: dict[str, str], base: Path) -> str | None:
    """A shipped version's name as it is; a file's path relative to where it was written."""
    text = os.environ.get(f"INFOGERE_{key.upper()}")
    if text is None and (text := section.get(key)) and (base / text).exists():
        return str(base / text)
    return text or None


def _config_file() -> Path | None:
    named = os.environ.get("ANSIBLE_CONFIG")
    candidates = [Path(named).expanduser()] if named else []
    candidates += [Path("ansible.cfg"), Path("~/.ansible.cfg").expanduser(), Path("/etc/ansible/ansible.cfg")]
    for candidate in candidates:
        path = candidate / "ansible.cfg" if candidate.is_dir() else candidate
        if path.is_file():
            return path.resolve()
    return None


def _read(path: Path) -> dict[str, str]:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(path, encoding="utf-8")
    except configparser.Error as error:
        raise InfogereError(f"{path}: {error}", way_out="mend the file; it is an INI file") from error
    return dict(parser[SECTION]) if parser.has_section(SECTION) else {}

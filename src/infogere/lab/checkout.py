"""Which checkout this is: the lab needs its recipes, and names everything it makes after it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from infogere.errors import InfogereError

ROOT = Path(__file__).resolve().parents[3]


def root() -> Path:
    """Folder of the checkout; the lab is not part of what ``pip install`` delivers."""
    if not (ROOT / "images" / "packages").is_file():
        raise InfogereError("the lab needs a checkout of infogere", way_out="clone it and call bin/infogere there")
    return ROOT


def label() -> str:
    """Short name of this checkout, so that two of them never touch each other's servers."""
    return hashlib.sha256(str(root()).encode()).hexdigest()[:8]


def digest(*paths: str, salt: str = "") -> str:
    """Hash of the names and contents of files and folders of the checkout, 12 hexadecimal digits."""
    total = hashlib.sha256(salt.encode())
    for path in paths:
        for file in _files(root() / path):
            total.update(f"{file.relative_to(root())}\0{file.stat().st_mode & 0o111}\0".encode())
            total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()[:12]


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts)


def private_folder(name: str) -> Path:
    """``.infogere/<name>`` of the checkout, made at the first call; its owner alone may look in."""
    path = root() / ".infogere" / name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)
    return path

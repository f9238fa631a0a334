"""Putting ``/etc`` back: what differs, and nothing else."""

from __future__ import annotations

import os
import tarfile

from ansible_collections.infogere.hosting.plugins.module_utils._update_keep import restore_files


def test_only_what_differs_is_put_back(tmp_path):
    etc = tmp_path / "etc"
    (etc / "sub").mkdir(parents=True)
    for name in ("same", "changed", "gone", "sub/mode"):
        (etc / name).write_text(f"{name}\n")
    (etc / "link").symlink_to("same")
    archive = tmp_path / "etc.tar.gz"
    with tarfile.open(archive, "w:gz") as kept:
        kept.add(etc, "etc")
    (etc / "changed").write_text("other\n")
    (etc / "gone").unlink()
    (etc / "sub/mode").chmod(0o600)
    (etc / "link").unlink()
    (etc / "new").write_text("stays\n")
    before = (etc / "same").stat().st_ino

    restored = restore_files(str(archive), str(tmp_path))

    assert sorted(os.path.relpath(path, tmp_path) for path in restored) == [
        "etc/changed",
        "etc/gone",
        "etc/link",
        "etc/sub/mode",
    ]
    assert (etc / "changed").read_text() == "changed\n"
    assert (etc / "gone").read_text() == "gone\n"
    assert (etc / "sub/mode").stat().st_mode & 0o777 == 0o644
    assert (etc / "link").readlink().name == "same"
    assert (etc / "new").exists()
    assert (etc / "same").stat().st_ino == before

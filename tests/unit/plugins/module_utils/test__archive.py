"""An archive of what is about to be removed, while something in it still changes; tar is a double."""

from __future__ import annotations

import itertools
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _archive as archive
from ansible_collections.infogere.hosting.plugins.module_utils import _command as command
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError

GREW = "tar: var/log/nginx/site-a.access.log: file changed as we read it"


@pytest.fixture
def tar(tmp_path, monkeypatch):
    """``tar(code, ...)``: what it ends with, one each time and the last for ever; returns how often it was started."""
    clock, started = itertools.count(), []
    now = SimpleNamespace(
        monotonic=lambda: next(clock), sleep=lambda _seconds: None, strftime=lambda *_: "now", gmtime=lambda: None
    )
    monkeypatch.setattr(archive, "time", now)
    monkeypatch.setattr(command, "time", now)
    monkeypatch.setattr(archive, "FOLDER", str(tmp_path / "archive"))
    monkeypatch.setattr(archive, "require", lambda *_arguments, **_options: "")

    def install(*codes):
        codes = itertools.chain(codes, itertools.repeat(codes[-1]))

        def attempt(argv, **_options):
            started.append(argv)
            Path(argv[argv.index("--file") + 1]).write_bytes(b"archive")
            return next(codes), GREW

        monkeypatch.setattr(command, "attempt", attempt)
        return started

    return install


def test_it_is_made_again_until_nothing_changed_under_it(tar, tmp_path):
    started = tar(1, 1, 0)
    made = archive.archive_paths("vhost", "a.example", [str(tmp_path)])
    assert len(started) == 3
    assert Path(made).read_bytes() == b"archive"


@pytest.mark.parametrize("code", [1, 2])
def test_one_that_cannot_be_made_leaves_none(tar, tmp_path, code):
    started = tar(code)
    with pytest.raises(ModuleError, match=r"archive of vhost a\.example: tar: .* file changed as we read it"):
        archive.archive_paths("vhost", "a.example", [str(tmp_path)])
    assert (len(started) > 1) == (code == 1), "only a change is waited for"
    assert list((tmp_path / "archive/vhost").iterdir()) == []


def test_two_of_one_name_within_a_second_are_two(tar, tmp_path):
    tar(0)
    made = [archive.archive_paths("vhost", "a.example", [str(tmp_path / "site")]) for _ in range(3)]
    assert [Path(path).name for path in made] == [
        "a.example-now.tar.zst",
        "a.example-now-2.tar.zst",
        "a.example-now-3.tar.zst",
    ]
    assert all(Path(path).exists() for path in made)

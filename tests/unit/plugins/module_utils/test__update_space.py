"""Room for an update: refused in one line where there is none, set aside where there is."""

from __future__ import annotations

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _update_space as space
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError

SMALL = {"download": 1, "keep": 1, "unpack": 1, "back": 4096}


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Everything on the disk of the test; what an update wants can be set."""
    wanted = dict(SMALL)
    monkeypatch.setattr(space, "ARCHIVES", str(tmp_path / "not/made/yet"))
    monkeypatch.setattr(space, "PROGRAMS", str(tmp_path / "usr"))
    monkeypatch.setattr(space, "MARGIN", 0)
    monkeypatch.setattr(space, "wanted_bytes", lambda _changes: wanted)
    return tmp_path, wanted


def test_room_is_set_aside_until_it_is_given_back(place):
    folder, _wanted = place
    space.require_room(str(folder), [])
    assert (folder / space.RESERVE).stat().st_size == SMALL["back"]
    space.release_room(str(folder))
    space.release_room(str(folder))
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("kind", ["download", "keep", "unpack", "back"])
def test_one_disk_must_have_room_for_all(place, kind):
    folder, wanted = place
    wanted[kind] = 2**60
    with pytest.raises(ModuleError, match=rf"the disk of .*{folder}.* has \d+ MiB free and .* about {2**40 + 1} MiB"):
        space.require_room(str(folder), [])
    assert list(folder.iterdir()) == []

"""What would take too long on every change: death at every line of an append and at hundreds of moments, every
changed byte of an export. No server is needed.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from doubles import record_backend as backend
from doubles.dying import check_deaths_at_random, check_deaths_by_line
from infogere.record.examine import verify_lines
from infogere.record.export import export_lines
from infogere.record.keys import signer
from infogere.record.store import Store


# A new day's append has ten times the lines: every seventh.
@pytest.mark.parametrize(("new_day", "stride"), [(False, 1), (True, 7)], ids=["plain", "new day and spool"])
def test_killed_at_the_lines_of_an_append(tmp_path, new_day, stride):
    check_deaths_by_line(tmp_path, new_day=new_day, stride=stride)


def test_killed_hundreds_of_times(tmp_path):
    with Store(f"sqlite:///{tmp_path / 'record.db'}", tmp_path) as store:
        store.append(backend.begin("r"), now=backend.DAY)
    check_deaths_at_random(tmp_path, 300)


@pytest.mark.parametrize("bit", range(8))
def test_every_changed_byte_of_an_export_is_found(tmp_path, bit):
    url = f"sqlite:///{tmp_path / 'record.db'}"
    with Store(url, tmp_path) as store:
        store.append_all([backend.begin("r1", "BC-2"), backend.begin("r2", "BC-1")], now=backend.DAY)
    now = backend.DAY + timedelta(days=1)
    whole = b"".join(export_lines(url, tmp_path, terms=backend.TERMS, contract="BC-1", now=now))
    key = signer(tmp_path).public
    for offset in range(len(whole)):
        changed = bytearray(whole)
        changed[offset] ^= 1 << bit
        assert not verify_lines(bytes(changed).splitlines(keepends=True), keys=[key]).whole, offset

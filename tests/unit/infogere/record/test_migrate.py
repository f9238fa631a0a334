"""The tables are made once; the usual case does not even import Alembic."""

from __future__ import annotations

import subprocess
import sys

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from infogere.record import migrate
from infogere.record.database import RecordError


def test_head_is_the_newest_migration():
    config = Config()
    config.set_main_option("script_location", "infogere.record:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [migrate.HEAD]


APPEND = """
import sys
from datetime import datetime
from pathlib import Path
from infogere.record.entries import RunBegin
from infogere.record.store import Store
state_dir = Path(sys.argv[1])
entry = RunBegin(terms="T", run="r", server="web1", playbook="site", reason="hand", operator="root")
with Store(f"sqlite:///{state_dir / 'record.db'}", state_dir) as store:
    store.append(entry, now=datetime.fromisoformat(sys.argv[2]))
assert not {"alembic", "sqlalchemy", "cryptography", "ansible"} & set(sys.modules), sorted(sys.modules)
"""


def test_a_current_record_is_written_without_the_heavy_libraries(book, make):
    book.append(make.begin())
    subprocess.run([sys.executable, "-c", APPEND, str(book.state_dir), make.day.isoformat()], check=True)
    assert book.verify().entries == 2


def test_tables_of_a_newer_release_are_refused(filled, make):
    filled.behind_its_back("UPDATE record_version SET version_num = '9999'")
    with pytest.raises(RecordError, match="version that this release does not know"):
        filled.append(make.begin())

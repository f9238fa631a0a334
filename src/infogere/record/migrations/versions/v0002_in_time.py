"""The database itself keeps the order of time, and carries fewer indexes.

An entry recorded before the last one is refused (A-2-6). PostgreSQL's guards also stand for sessions that
call themselves replicas. Times of recording never go back, so they are found through ``seq`` without an index of their
own, and the states of servers, few among many entries, have a small one: appends and checks get cheaper.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SQLITE_TURN = """
CREATE TRIGGER record_entry_in_turn BEFORE INSERT ON record_entry
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM record_entry)
  OR (NEW.contract IS NULL) IS NOT (NEW.contract_seq IS NULL)
  OR (NEW.contract IS NOT NULL AND NEW.contract_seq IS NOT
      (SELECT coalesce(max(contract_seq), 0) + 1 FROM record_entry WHERE contract = NEW.contract)){time}
BEGIN SELECT RAISE(ABORT, 'an entry of the SLA record takes the next number{word}'); END
"""
SQLITE_TIME = """
  OR NEW.recorded < (SELECT recorded FROM record_entry WHERE seq = NEW.seq - 1)"""

POSTGRESQL_TURN = """
CREATE OR REPLACE FUNCTION record_entry_check_turn() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NEW.seq IS DISTINCT FROM (SELECT coalesce(max(seq), 0) + 1 FROM record_entry)
    OR (NEW.contract IS NULL) <> (NEW.contract_seq IS NULL)
    OR (NEW.contract IS NOT NULL AND NEW.contract_seq IS DISTINCT FROM
        (SELECT coalesce(max(contract_seq), 0) + 1 FROM record_entry WHERE contract = NEW.contract)){time}
  THEN RAISE EXCEPTION 'an entry of the SLA record takes the next number{word}'; END IF;
  RETURN NEW;
END $$
"""
# Text order must be time order, whatever the language of the database.
POSTGRESQL_TIME = """
    OR NEW.recorded COLLATE "C" < (SELECT recorded FROM record_entry WHERE seq = NEW.seq - 1)"""

GUARDS = ("no_update", "no_delete", "no_truncate", "in_turn")


def upgrade() -> None:
    op.drop_index("record_entry_recorded", "record_entry")
    op.drop_index("record_entry_kind_server", "record_entry")
    of_states = sa.text("kind = 'state'")
    op.create_index(
        "record_entry_state",
        "record_entry",
        ["kind", "server", "seq"],
        sqlite_where=of_states,
        postgresql_where=of_states,
    )
    _guard(in_time=True)


def downgrade() -> None:
    op.drop_index("record_entry_state", "record_entry")
    op.create_index("record_entry_kind_server", "record_entry", ["kind", "server", "seq"])
    op.create_index("record_entry_recorded", "record_entry", ["recorded"])
    _guard(in_time=False)


def _guard(*, in_time: bool) -> None:
    connection = op.get_bind()
    on_sqlite = connection.dialect.name == "sqlite"
    turn, time = (SQLITE_TURN, SQLITE_TIME) if on_sqlite else (POSTGRESQL_TURN, POSTGRESQL_TIME)
    if on_sqlite:
        connection.exec_driver_sql("DROP TRIGGER record_entry_in_turn")
    connection.exec_driver_sql(turn.format(time=time if in_time else "", word=", later" if in_time else ""))
    if not on_sqlite:
        for guard in GUARDS:
            when = "ALWAYS " if in_time else ""
            connection.exec_driver_sql(f"ALTER TABLE record_entry ENABLE {when}TRIGGER record_entry_{guard}")

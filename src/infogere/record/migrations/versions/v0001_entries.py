"""The table of entries, its indexes and the guards that keep it append-only.

The body holds everything; the other columns repeat parts of it so that they can be searched.
``verify`` compares them with the body.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError

revision = "0001"
down_revision = None

SQLITE_GUARDS = """
CREATE TRIGGER record_entry_no_update BEFORE UPDATE ON record_entry
BEGIN SELECT RAISE(ABORT, 'the SLA record is append-only'); END;

CREATE TRIGGER record_entry_no_delete BEFORE DELETE ON record_entry
BEGIN SELECT RAISE(ABORT, 'the SLA record is append-only'); END;

-- INSERT OR REPLACE removes a row without firing the trigger above, by seq or by contract_seq.
CREATE TRIGGER record_entry_in_turn BEFORE INSERT ON record_entry
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM record_entry)
  OR (NEW.contract IS NULL) IS NOT (NEW.contract_seq IS NULL)
  OR (NEW.contract IS NOT NULL AND NEW.contract_seq IS NOT
      (SELECT coalesce(max(contract_seq), 0) + 1 FROM record_entry WHERE contract = NEW.contract))
BEGIN SELECT RAISE(ABORT, 'an entry of the SLA record takes the next number'); END;
"""

POSTGRESQL_GUARDS = """
CREATE FUNCTION record_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the SLA record is append-only'; END $$;

CREATE FUNCTION record_entry_check_turn() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NEW.seq IS DISTINCT FROM (SELECT coalesce(max(seq), 0) + 1 FROM record_entry)
    OR (NEW.contract IS NULL) <> (NEW.contract_seq IS NULL)
    OR (NEW.contract IS NOT NULL AND NEW.contract_seq IS DISTINCT FROM
        (SELECT coalesce(max(contract_seq), 0) + 1 FROM record_entry WHERE contract = NEW.contract))
  THEN RAISE EXCEPTION 'an entry of the SLA record takes the next number'; END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER record_entry_no_update BEFORE UPDATE ON record_entry
  FOR EACH ROW EXECUTE FUNCTION record_entry_refuse();
CREATE TRIGGER record_entry_no_delete BEFORE DELETE ON record_entry
  FOR EACH ROW EXECUTE FUNCTION record_entry_refuse();
CREATE TRIGGER record_entry_no_truncate BEFORE TRUNCATE ON record_entry
  FOR EACH STATEMENT EXECUTE FUNCTION record_entry_refuse();
CREATE TRIGGER record_entry_in_turn BEFORE INSERT ON record_entry
  FOR EACH ROW EXECUTE FUNCTION record_entry_check_turn();

REVOKE UPDATE, DELETE, TRUNCATE ON record_entry FROM PUBLIC;
REVOKE UPDATE, DELETE, TRUNCATE ON record_entry FROM CURRENT_USER;
"""


def upgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    op.create_table(
        "record_entry",
        # SQLite keeps rows in the order of an INTEGER PRIMARY KEY; elsewhere 64 bits must be asked for.
        sa.Column("seq", sa.Integer if on_sqlite else sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("recorded", sa.Text, nullable=False),
        sa.Column("run", sa.Text),
        sa.Column("server", sa.Text),
        sa.Column("contract", sa.Text),
        sa.Column("contract_seq", sa.BigInteger),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("record_entry_contract", "record_entry", ["contract", "contract_seq"], unique=True)
    op.create_index("record_entry_server", "record_entry", ["server", "seq"])
    op.create_index("record_entry_kind", "record_entry", ["kind", "seq"])
    op.create_index("record_entry_run", "record_entry", ["run", "server", "kind"])
    op.create_index("record_entry_recorded", "record_entry", ["recorded"])
    # A server's present state is its last state entry: one look-up here, however long the record.
    op.create_index("record_entry_kind_server", "record_entry", ["kind", "server", "seq"])
    connection = op.get_bind()
    for statement in (SQLITE_GUARDS if on_sqlite else POSTGRESQL_GUARDS).strip().split("\n\n"):
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    connection = op.get_bind()
    if connection.exec_driver_sql("SELECT count(*) FROM record_entry").scalar():
        # Not an assertion of the caller's: there is no tool of ours that throws a record away.
        raise CommandError("the record holds entries, and without its table they would be lost")
    op.drop_table("record_entry")
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("DROP FUNCTION record_entry_refuse()")
        connection.exec_driver_sql("DROP FUNCTION record_entry_check_turn()")

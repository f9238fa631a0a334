"""Alembic's entry point: one transaction, alone among all writers, on the connection given by ``migrate``."""

from __future__ import annotations

from alembic import context

from infogere.record.database import WRITER_LOCK

connection = context.config.attributes["connection"]
on_sqlite = connection.dialect.name == "sqlite"

# First use by several processes at once: the second waits here and then finds the work done,
# because Alembic reads the version row after this point.
connection.exec_driver_sql("BEGIN IMMEDIATE" if on_sqlite else "BEGIN")
if not on_sqlite:
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")
try:
    context.configure(connection=connection, version_table=context.config.attributes["version_table"])
    context.run_migrations()
except BaseException:
    connection.exec_driver_sql("ROLLBACK")
    raise
connection.exec_driver_sql("COMMIT")

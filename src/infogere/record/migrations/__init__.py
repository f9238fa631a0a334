"""Alembic migrations of the record's tables; run by ``infogere.record.migrate``."""

"""Migrations of the outbox's tables, which live beside the record's in its database."""

"""The body of tests that every database of the record passes, on SQLite; PostgreSQL's is beside it."""

from __future__ import annotations

from doubles import record_backend as backend


def test_one_writer(book):
    backend.check_one_writer(book.url, book.state_dir)


def test_writers_at_once_also_on_first_use(unmade):
    backend.check_writers_at_once(unmade.url, unmade.state_dir)


def test_migrations(book):
    backend.check_migrations(book.url, book.state_dir)

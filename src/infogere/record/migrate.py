"""Bring the tables to this release's shape: Alembic migrations, run on first use.

The usual case, tables that are current, costs one row read and no import of Alembic.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from infogere.record.database import SQLITE_PREFIX, Database, RecordError, sqlite_path

if TYPE_CHECKING:
    from sqlalchemy import Connection

VERSION_TABLE = "record_version"
HEAD = "0002"


@dataclass(frozen=True)
class Tables:
    """Tables with versions of their own, beside the record's in its database.

    Attributes:
        folder: holds the migrations, ``vNNNN_*.py``.
        version_table: where the database keeps their version.
        head: this release's version.
    """

    folder: Path
    version_table: str
    head: str


RECORD = Tables(Path(__file__).with_name("migrations") / "versions", VERSION_TABLE, HEAD)


def ensure_current(database: Database, url: str, tables: Tables = RECORD) -> None:
    """Make or migrate the tables if their version is not this release's."""
    if version(database, tables) != tables.head:
        _migrate(url, tables)


def version(database: Database, tables: Tables = RECORD) -> str | None:
    """Version of the tables; None where there are none yet."""
    try:
        found = database.rows(f"SELECT version_num FROM {tables.version_table}")  # noqa: S608 - a constant
    except RecordError as error:
        if _table_is_missing(error):
            return None
        raise
    return str(found[0][0]) if found else None


def bring_to(url: str, target: str, tables: Tables = RECORD) -> None:
    """Migrate up or down to a version, ``base`` being none; a step that would lose entries is refused."""
    _migrate(url, tables, target)


def _table_is_missing(error: RecordError) -> bool:
    cause = error.__cause__
    return "no such table" in str(cause) or getattr(cause, "sqlstate", None) == "42P01"


def _migrate(url: str, tables: Tables, target: str | None = None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError
    from sqlalchemy import create_engine
    from sqlalchemy.exc import SQLAlchemyError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.set_main_option("version_locations", str(tables.folder))
    config.set_main_option("path_separator", "newline")
    config.attributes["version_table"] = tables.version_table
    engine = create_engine(_engine_url(url), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            if target is None or _is_up(target, _present(connection, tables)):
                command.upgrade(config, target or tables.head)
            else:
                command.downgrade(config, target)
    except CommandError as error:
        if target is not None:
            raise RecordError(f"the record's tables stay as they are: {error}") from error
        raise RecordError(
            f"the record's tables are of a version that this release does not know: {error}",
            way_out="use the newer infogere that made them",
        ) from error
    except SQLAlchemyError as error:
        reason = getattr(error, "orig", None) or error
        raise RecordError(
            f"the record's tables cannot be made: {' '.join(str(reason).split())}",
            way_out="check that the database can be written",
        ) from error
    finally:
        engine.dispose()


def _is_up(target: str, present: str | None) -> bool:
    return target != "base" and (present is None or target >= present)


def _present(connection: Connection, tables: Tables) -> str | None:
    from alembic.runtime.migration import MigrationContext

    options = {"version_table": tables.version_table}
    return MigrationContext.configure(connection, opts=options).get_current_revision()


def _engine_url(url: str) -> str:
    if url.startswith(SQLITE_PREFIX):
        return f"{SQLITE_PREFIX}{sqlite_path(url)}"
    return "postgresql+psycopg://" + url.partition("://")[2]

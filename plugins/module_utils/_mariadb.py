"""Speak SQL to the server's MariaDB as root over the unix socket.

Statements travel on the client's standard input, never in its arguments. Answers are read as one JSON
document a line (``SELECT JSON_OBJECT(...)``), so no value can be mistaken for a separator, and NULL is never
mistaken for a word.
"""

from __future__ import annotations

import hashlib
import json
import re

from ansible_collections.infogere.hosting.plugins.module_utils._command import attempt, last_words
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError

SOCKET = "/run/mysqld/mysqld.sock"
CLIENT = (
    "mariadb",
    "--no-defaults",
    "--protocol=socket",
    f"--socket={SOCKET}",
    "--user=root",
    "--default-character-set=utf8mb4",
    "--batch",
    "--raw",
    "--skip-column-names",
)
# A pinned mode: what a backslash or a double quote means must not depend on the server's settings.
PREAMBLE = "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION';\n"
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
PATIENCE = 60  # seconds for one script
IDENTIFIER_LIMIT = 64  # MariaDB's, for databases, tables and columns
# Everything that an owner does inside its database. GRANT OPTION is never among them.
OWNER_PRIVILEGES = (
    "SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "REFERENCES", "INDEX", "ALTER",
    "CREATE TEMPORARY TABLES", "LOCK TABLES", "EXECUTE", "CREATE VIEW", "SHOW VIEW", "CREATE ROUTINE",
    "ALTER ROUTINE", "EVENT", "TRIGGER", "DELETE HISTORY",
)  # fmt: skip


def identifier(name):
    """``name`` quoted for use as the name of a database, table or column."""
    if not name or len(name) > IDENTIFIER_LIMIT or CONTROL.search(name):
        raise ModuleError(f"{name!r} cannot name a database or table: it takes 1 to {IDENTIFIER_LIMIT} characters")
    return "`" + name.replace("`", "``") + "`"


def grant_pattern(database):
    """``database`` quoted for ``GRANT ... ON``: there ``_`` and ``%`` are wildcards, and would reach a neighbour."""
    return identifier(re.sub(r"([\\_%])", r"\\\1", database))


def literal(text):
    """``text`` quoted as an SQL string (under ``PREAMBLE``)."""
    if CONTROL.search(text):
        raise ModuleError("an SQL value contains a control character: remove it")
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def account(name, host="localhost"):
    """``'name'@'host'``."""
    return f"{literal(name)}@{literal(host)}"


def password_hash(password):
    """What MariaDB stores for ``password`` (plugin mysql_native_password).

    The server is given this hash, so a password never reaches it in clear, nor any of its logs.
    """
    return "*" + hashlib.sha1(hashlib.sha1(password.encode()).digest()).hexdigest().upper()


def execute(statements, what, database=None, patience=PATIENCE):
    """Run SQL ``statements`` one after the other; ``what`` opens the error line if one fails."""
    if statements:
        _client(";\n".join(statements) + ";\n", what, database, patience)


def rows(selects, what="reading MariaDB's state"):
    """The rows of ``SELECT JSON_OBJECT(...)`` or ``JSON_ARRAY(...)`` queries, parsed, in order."""
    text = _client(";\n".join(selects) + ";\n", what)
    return [json.loads(line) for line in text.splitlines() if line]


def text_lines(statements, what):
    """The answer's lines as they are, for ``SHOW ...`` statements whose answer is one column of text."""
    return _client(";\n".join(statements) + ";\n", what).splitlines()


def _client(script, what, database=None, patience=PATIENCE):
    # `--` ends the options: the client would take a database named like an option for one.
    target = ["--", database] if database else []
    code, text = attempt([*CLIENT, *target], stdin=PREAMBLE + script, timeout=patience)
    if code != 0:
        # The client repeats the statement that failed; only its error line is passed on.
        words = next((line for line in text.splitlines() if line.startswith("ERROR")), last_words(text))
        raise ModuleError(f"{what}: MariaDB refuses: {words}")
    return text


def import_schema(database, schema, patience=600):
    """Feed ``schema`` (``file`` on the server, or ``statements``) to the client, inside ``database``."""
    script = schema["statements"]
    if script is None:
        script = _read(schema["file"], database)
    _client(script, f"first schema of {database}", database, patience)


def _read(path, database):
    try:
        with open(path, encoding="utf-8") as stream:
            return stream.read()
    except OSError as error:
        raise ModuleError(
            f"schema of {database}: {path}: {error.strerror}; install the package that brings it"
        ) from error

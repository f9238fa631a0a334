"""SQL with the server's own ``mariadb`` client: databases listen on the server alone."""

from __future__ import annotations

from infogere.errors import InfogereError
from infogere.lab.servers import Server


def query(server: Server, user: str, password: str, database: str, statement: str) -> list[list[str]]:
    """Rows that ``statement`` gives to this user, every value as text; raises with the database's own words.

    The password travels on standard input, as an option file.
    """
    quoted = password.replace("\\", "\\\\").replace('"', '\\"')
    options = f'[client]\nuser="{user}"\npassword="{quoted}"\nhost=localhost\n'
    sent = statement.replace("'", "'\\''")
    command = f"mariadb --defaults-file=/dev/stdin --batch --skip-column-names --execute='{sent}' '{database}'"
    done = server.run(command, data=options)
    if done.returncode:
        raise InfogereError(f"SQL as {user}: {done.stderr.strip()}", way_out=f"log in: ssh to {server.name}")
    return [line.split("\t") for line in done.stdout.splitlines()]

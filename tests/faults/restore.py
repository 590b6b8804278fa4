"""The publisher's database goes back to an older copy of itself."""

import time
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

from tests.faults.place import Place
from tools.mesh.postgres import create_database


class Backup:
    """A copy of the publisher's database as it is now; nobody may be connected to it."""

    def __init__(self, superuser: str, place: Place) -> None:
        url = urlsplit(place.owner)
        self._superuser = superuser
        self._name = url.path[1:]
        self._copy = f"{self._name}_copy"
        with self._connect() as connection:
            self._disconnect(connection)
            create_database(connection, self._copy, owner=url.username or "", template=self._name)

    def restore(self) -> None:
        """Put the copy in the place of the database."""
        with self._connect() as connection:
            drop = SQL("DROP DATABASE {} WITH (FORCE)")
            connection.execute(drop.format(Identifier(self._name)))
            rename = SQL("ALTER DATABASE {} RENAME TO {}")
            connection.execute(rename.format(Identifier(self._copy), Identifier(self._name)))

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(self._superuser, autocommit=True)

    def _disconnect(self, connection: psycopg.Connection) -> None:
        """End sessions whose process died a moment ago."""
        while connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [self._name],
        ).fetchall():
            time.sleep(0.01)

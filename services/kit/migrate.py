"""Bring one service's database to the newest schema: kit's revisions and its own.

`python -m services.kit.migrate mes` reads PLANTMESH_DATABASE_URL. Safe to repeat; several at a
time wait for each other on an advisory lock.
"""

import sys
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config

from services.kit.settings import MigrationSettings

_LOCK = 0x504D
_SERVICES = Path(__file__).parent.parent


def migrate(service: str, url: str) -> None:
    """Upgrade the database at `url` to the heads of kit and of `service`."""
    config = Config()
    places = [_SERVICES / "kit" / "migrations" / "versions"]
    if service != "kit":
        places.append(_SERVICES / service / "migrations" / "versions")
    config.set_main_option("script_location", str(_SERVICES / "kit" / "migrations"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", ":".join(str(place) for place in places))
    config.attributes["url"] = url
    with psycopg.connect(url, autocommit=True) as lock:
        lock.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        command.upgrade(config, "heads")


if __name__ == "__main__":
    migrate(sys.argv[1], MigrationSettings().database_url.get_secret_value())

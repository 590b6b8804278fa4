"""What stood in the table of changes stands in the audit after the migration."""

import psycopg
from alembic import command
from alembic.config import Config

from services.kit.migrate import migrate
from tests.servers import PostgresServer


def to_revision(url: str, revision: str) -> None:
    """Bring a database to an earlier revision, with what that depends on."""
    config = Config()
    config.set_main_option("script_location", "services/kit/migrations")
    config.set_main_option("path_separator", "os")
    places = ("services/kit/migrations/versions", "services/reference/migrations/versions")
    config.set_main_option("version_locations", ":".join(places))
    config.attributes["url"] = url
    command.upgrade(config, revision)


def test_changes_are_carried_over(postgres: PostgresServer) -> None:
    url = postgres.dsn("reference_change")
    to_revision(url, "reference_0003")
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO change (kind, key, who, old, new) VALUES"
            " ('item', ARRAY['4711'], 'alice', NULL, '{\"version\": 1}'),"
            " ('code_map', ARRAY['uom', 'erp-1', 'lyon', 'KG'], 'bob', '{}', '{}')"
        )
    migrate("reference", url)
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT kind, key, who, old, new, service FROM audit_unsealed ORDER BY id"
        ).fetchall()
        assert connection.execute("SELECT to_regclass('change')").fetchall() == [(None,)]
    assert rows == [
        ("item", "4711", "alice", None, {"version": 1}, "reference"),
        ("code_map", "uom/erp-1/lyon/KG", "bob", {}, {}, "reference"),
    ]

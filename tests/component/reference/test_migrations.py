"""A database of before: its mappings go on, and what they said earlier is kept."""

from datetime import timedelta

import psycopg
import pytest
from alembic import command

from services.kit.clock import ManualClock
from services.kit.migrate import migrate
from services.kit.store import Store
from services.reference.application.resolve_codes import resolve_codes
from services.reference.store import open_books
from tests.servers import PostgresServer
from tests.unit.reference.examples import NOON, asked, mapping

_BEFORE = """
INSERT INTO code_map VALUES ('uom', 'erp-1', '', 'KG', 'KGM', 'both', 2);
INSERT INTO change (kind, key, who, old, new)
  SELECT 'code_map', ARRAY['uom', 'erp-1', '', 'KG'], w, NULL,
  jsonb_build_object('canonical', c, 'direction', 'both', 'version', v)
  FROM (VALUES ('ann', 'GRM', 1), ('bob', 'KGM', 2)) t (w, c, v);
"""


async def test_mappings_of_before_hold_as_before_and_keep_their_history(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    dsn = postgres.dsn("reference")
    upgrade = command.upgrade
    with monkeypatch.context() as old:
        old.setattr(command, "upgrade", lambda config, _: upgrade(config, "reference_0001"))
        migrate("reference", dsn)
    with psycopg.connect(dsn) as connection:
        connection.execute(_BEFORE)
    migrate("reference", dsn)
    store = Store(dsn)
    async with store.work():
        books = open_books(ManualClock(NOON))
        versions = await books.code_mappings.get([mapping().key])
        for at in (None, NOON - timedelta(days=9999)):
            [answer], _ = await resolve_codes(books, [asked()], at)
            assert answer == versions[1]
    await store.close()
    assert [
        (one.version, one.canonical, one.status, one.steward, one.approver) for one in versions
    ] == [(1, "GRM", "retired", "ann", ""), (2, "KGM", "approved", "bob", "")]
    assert versions[0].valid_to == versions[0].valid_from

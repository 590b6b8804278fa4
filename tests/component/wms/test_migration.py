"""Books that were kept before wms_0002 go on: what was moved then is counted and taken back now."""

import psycopg
import pytest
from alembic import command

from services.kit.migrate import migrate
from tests.component.wms.conftest import prepare
from tests.component.wms.test_fold import rebuild
from tests.component.wms.warehouse import open_warehouse
from tests.servers import PostgresServer
from tests.unit.wms.moves import hold, issue, produce, release, take_back
from tests.unit.wms.use_cases import carry, put, refused, stock

_BEFORE = """
    INSERT INTO lot VALUES ('lyon', 'BREAD', 'B1');
    INSERT INTO lot_hold VALUES ('lyon', 'BREAD', 'B1', 'H1', 1, true);
    INSERT INTO movement (plant, reference, type, item_no, lot_no, location, status, quantity, unit,
        occurred_at, offset_minutes, to_location, order_no, reverses, reason, change,
        there_location, there_status, recorded_at)
    VALUES ('lyon', 'p1', 'receipt_production', 'BREAD', 'B1', '', 'quality', 10, 'KGM',
            '2026-05-04T12:00Z', 120, '', '4711', '', '', 10, NULL, NULL, now()),
        ('lyon', 'q1', 'release_from_quality', 'BREAD', 'B1', '', 'quality', 4, 'KGM',
            '2026-05-04T12:00Z', 120, '', '', '', '', -4, '', 'unrestricted', now());
    INSERT INTO balance VALUES ('lyon', 'BREAD', 'B1', '', 'quality', 6, 'KGM', now()),
        ('lyon', 'BREAD', 'B1', '', 'unrestricted', 4, 'KGM', now());
"""


async def test_what_was_moved_before_is_counted_and_taken_back(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade = command.upgrade

    def prepare_as_it_was(url: str) -> None:
        with monkeypatch.context() as then:
            then.setattr(command, "upgrade", lambda config, _: upgrade(config, "wms_0001"))
            migrate("wms", url)
        with psycopg.connect(url, autocommit=True) as before:
            before.execute(_BEFORE)
        prepare(url)

    database = postgres.dsn("wms_before", prepared_by=prepare_as_it_was)
    async with open_warehouse(database) as warehouse:
        assert await rebuild(warehouse, repair=False) == []
        assert (await refused(warehouse, issue("i1", "1", "BREAD/B1")))[0] == "lot_held"
        await put(warehouse, hold("BREAD/B1", version=2, active=False))
        assert await carry(warehouse, produce("p1"), release("q1", "4")) == [True, True]
        await carry(warehouse, take_back("b1", release("q1", "4")))
        assert await stock(warehouse, "BREAD/B1") == ["10 BREAD lot B1, quality"]
        assert await rebuild(warehouse, repair=False) == []

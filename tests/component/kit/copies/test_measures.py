"""What goods are counted in, as it was copied; and that the copies come again with a new kind."""

from collections.abc import AsyncIterator
from fractions import Fraction
from functools import partial

import psycopg
import pytest
from alembic import command
from plantmesh.reference.v1 import reference_pb2 as pb

from services.kit.copies import put
from services.kit.copies.measures import CopiedMeasures
from services.kit.errors import NotFoundError
from services.kit.measures import ItemLot
from services.kit.migrate import migrate
from services.kit.quantity import Quantity
from services.kit.store import Store
from services.mes.wire import ITEMS, LOTS
from tests.copies import put_lot
from tests.servers import PostgresServer

L7, L8 = ItemLot("FILM", "L7"), ItemLot("FILM", "L8")
ROLL = Quantity.parse("1", "XRO")


def ratio(source: str, value: int, basis: "pb.ConversionBasis.ValueType") -> pb.UnitConversion:
    """So many square metres."""
    told = {"from": source, "to": "MTK"}
    return pb.UnitConversion(**told, numerator=value, denominator=1, basis=basis)


@pytest.fixture
async def store(postgres: PostgresServer) -> AsyncIterator[Store]:
    """With an item that is planned by the roll."""
    store = Store(postgres.dsn("measures", prepared_by=partial(migrate, "kit")))
    item = pb.Item(
        item_no="FILM",
        base_unit="MTK",
        conversions=[
            ratio("XRO", 400, pb.CONVERSION_BASIS_LOT),
            ratio("KGM", 4, pb.CONVERSION_BASIS_ITEM),
        ],
        version=1,
    )
    async with store.work():
        await put(ITEMS, [item])
    yield store
    await store.close()


async def test_a_lots_measure_counts_until_it_is_retired(store: Store) -> None:
    """Those of every lot lead before figures to plan with."""
    items, found = CopiedMeasures(ITEMS, LOTS), list[list[str]]()
    for version, value in ((1, 412), (3, 398), (2, 500), (4, 1)):
        retired = version == 4
        async with store.work():
            await put_lot(L7, ("XRO", "MTK", Fraction(value)), version=version, retired=retired)
            measured = await items.measures({L7: "a", L8: "b"})
            found.append([str(measured.convert(lot, ROLL)) for lot in (L7, L8)])
    assert found == [[f"{roll} MTK", "400 MTK"] for roll in (412, 398, 398, 400)]
    async with store.work():
        measured = await items.known([L8])
    assert [source for source, *_ in measured.of("FILM").own] == ["KGM", "XRO"]


async def test_an_unknown_item_is_named_or_left_out(store: Store) -> None:
    cake = ItemLot("CAKE", "C1")
    async with store.work():
        with pytest.raises(NotFoundError) as refused:
            await CopiedMeasures(ITEMS, LOTS).measures({L7: "a", cake: "rows[1].item_no"})
        known = await CopiedMeasures(ITEMS, LOTS).known([L7, cake])
    assert (refused.value.code, refused.value.field) == ("unknown_item", "rows[1].item_no")
    assert ("FILM" in known, "CAKE" in known) == (True, False)


@pytest.mark.parametrize(
    ("service", "before"), [("wms", "wms_0004"), ("mes", "mes_0012"), ("erp", "erp_0008")]
)
def test_a_service_of_before_copies_all_of_reference_again(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch, service: str, before: str
) -> None:
    url, upgrade = postgres.dsn(f"again_{service}"), command.upgrade
    with monkeypatch.context() as then:
        then.setattr(command, "upgrade", lambda config, _: upgrade(config, before))
        migrate(service, url)
        then.setattr(command, "upgrade", lambda config, _: upgrade(config, "kit@head"))
        migrate(service, url)
    with psycopg.connect(url, autocommit=True) as connection:
        loaded = [("plantmesh.reference", 0), ("plantmesh.reference", 7), ("plantmesh.wms", 0)]
        connection.cursor().executemany("INSERT INTO copy_loaded VALUES (%s, %s)", loaded)
        migrate(service, url)
        left = connection.execute("SELECT topic FROM copy_loaded").fetchall()
    assert left == [("plantmesh.wms",)]

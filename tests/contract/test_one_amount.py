"""What the floor books of a measured lot is one and the same amount in stock and for the ERP."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plantmesh.mes.v1 import events_pb2

from services.erp.domain.document import LineDocument
from services.erp.domain.rounding import Precision, share
from services.erp.wire.postings import read_posting
from services.kit.quantity import Quantity
from services.mes.domain.events import OperationConfirmed
from services.mes.wire.facts import write_fact
from services.process.domain.effects import Movement, Posting
from services.process.domain.ledger import released_at_once
from services.process.domain.plan import effects_of, effects_of_part
from services.process.wire import requests
from services.process.wire.facts import read_confirmed
from services.wms import wire
from services.wms.application.move_stock import move_stock
from tests.unit.mes.memory import MemoryFloor
from tests.unit.mes.use_cases.measuring import film, wound
from tests.unit.mes.use_cases.reversals import booked
from tests.unit.mes.use_cases.steps import confirm, create, lot
from tests.unit.wms.memory import MemoryWarehouse
from tests.unit.wms.use_cases import stock

LOTS = ("L7", "L8")
SIZES = (400, 512, 320, 625, 500, 256, 800, 250)
"""Square metres of a roll of L7, each time it is measured; each is an exact part of it."""
YIELDS = st.lists(
    st.tuples(st.sampled_from(LOTS), st.sampled_from(("XRO", "MTK", "KGM")), st.integers(1, 400)),
    min_size=1,
    max_size=8,
)


async def make(unit: str, yields: list[tuple[str, str, int]]) -> MemoryFloor:
    """An order that counts in `unit`, and what was reported of it; L7 is measured, and anew."""
    floor = MemoryFloor()
    await create(floor, film(Quantity(Decimal(1_000_000), unit)))
    for number, (lot_no, told, quarters) in enumerate(yields):
        await floor.measure("FILM/L7", ("XRO", "MTK", Fraction(SIZES[number])))
        good = Quantity(Decimal(quarters) / 4, told)
        await confirm(floor, replace(wound(f"c{number}", "0", lot_no), good=good))
    return floor


async def carry_on(floor: MemoryFloor) -> tuple[MemoryWarehouse, list[Quantity]]:
    """What process has moved, and posted to the ERP; the warehouse thinks of L7 otherwise."""
    warehouse = MemoryWarehouse()
    await warehouse.measure("FILM/L7", ("XRO", "MTK", Fraction(300)))
    posted = []
    for one in await booked(floor):
        event = write_fact(OperationConfirmed(one, "FILM"))
        assert isinstance(event, events_pb2.OperationConfirmed)
        confirmed = read_confirmed(event)
        part = released_at_once(confirmed.number, confirmed.lot_no, confirmed.good)
        effects = [
            *effects_of(confirmed, ""),
            *effects_of_part(confirmed.order, "FILM", part, confirmed.occurred_at),
        ]
        moves = requests.move_stock([one for one in effects if isinstance(one, Movement)], "k")
        async with warehouse.work() as books:
            await move_stock(books, wire.read_movements(moves.movements))
        told = requests.accept_postings([one for one in effects if isinstance(one, Posting)], "k")
        posted += [line.quantity for each in told.postings for line in read_posting(each).lines]
    return warehouse, posted


@pytest.mark.parametrize("unit", ["MTK", "XRO"])
@settings(max_examples=25, deadline=None)
@given(yields=YIELDS)
def test_floor_stock_and_erp_have_the_same_to_the_last_decimal(
    unit: str, yields: list[tuple[str, str, int]]
) -> None:
    async def play() -> None:
        floor = await make(unit, yields)
        warehouse, posted = await carry_on(floor)
        made = Decimal(0)
        for lot_no in {one[0] for one in yields}:
            [there] = await stock(warehouse, f"FILM/{lot_no}")
            on_hand = (await lot(floor, f"FILM/{lot_no}")).on_hand
            assert on_hand == Quantity(Decimal(there.split()[0]), "MTK")
            made += on_hand.value
        assert {one.unit for one in posted} == {"MTK"}
        assert sum(one.value for one in posted) == made
        # An ERP that knows whole square metres alone: what is left over is carried on.
        lines = [LineDocument("FILM", "", one.value, "M2", "") for one in posted]
        shares = share(lines, Precision({"M2": 0}), {})
        assert abs(sum(one.posted for one in shares) - made) <= Decimal("0.5")

    asyncio.run(play())

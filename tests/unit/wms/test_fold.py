"""Whatever is moved and taken back, what is left is what an account of its own says."""

from collections import Counter
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from services.kit.quantity import Quantity
from services.wms.application.move_stock import move_stock
from services.wms.application.read_stock import read_state
from services.wms.domain.keys import LotKey, Reference
from services.wms.domain.movement import Movement
from services.wms.domain.place import Place
from services.wms.domain.rules import MovementType
from services.wms.domain.stock import Booked, Stock
from tests.unit.wms.chance import Chance
from tests.unit.wms.memory import MemoryWarehouse
from tests.unit.wms.moves import NOON

OPERATIONS = 100_000


class Nobody(dict[LotKey, list[object]]):
    """Nobody holds any lot."""

    def __missing__(self, lot: LotKey) -> list[object]:
        return []


def fold(booked: list[Booked]) -> dict[Place, Quantity]:
    """Nothing but the sum of what each movement did."""
    found: dict[Place, Quantity] = {}
    for one in booked:
        for place, change in one.effect.legs():
            found[place] = found[place] + change if place in found else change
    return found


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.integers(1, 40), min_size=1, max_size=4))
async def test_balances_are_what_the_movements_leave(seed: int, sizes: list[int]) -> None:
    warehouse, chance = MemoryWarehouse(), Chance(seed)
    for size in sizes:
        async with warehouse.work() as books:
            await move_stock(books, chance.batch(size))
    async with warehouse.work() as books:
        found = [one async for part in read_state(books, lambda _: True) for one in part]
    assert {one.place: one.quantity.value for one in found} == chance.filled()


def test_a_hundred_thousand_operations_fold_into_their_balances() -> None:
    chance, known = Chance(4711, packing=True), dict[Reference, Movement]()
    stock = Stock(now=NOON, holds=Nobody(), balances={})  # type: ignore[arg-type]
    for movement in chance.batch(OPERATIONS):
        known[movement.reference] = movement
        stock.book(movement, known[movement.original] if movement.original else None)
    assert len(stock.booked) == OPERATIONS
    assert chance.reversals > OPERATIONS / 10
    assert chance.drawn.keys() == set(MovementType) - {MovementType.REVERSAL}
    folded = fold(stock.booked)
    assert folded == stock.balances
    assert {place: one.value for place, one in folded.items()} == chance.left
    # Per lot, what came in less what went out is what is there, to the last gram.
    by_lot: Counter[LotKey] = Counter()
    for place, quantity in folded.items():
        by_lot[place.lot] += quantity.value  # type: ignore[assignment]
    assert all(by_lot[lot] == Decimal(amount) for lot, amount in chance.total.items())

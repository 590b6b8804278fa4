"""Whatever is moved and taken back, what is left is what an account of its own says."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.wms.application.move_stock import move_stock
from services.wms.application.read_stock import read_state
from tests.unit.wms.chance import Chance
from tests.unit.wms.memory import MemoryWarehouse


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

"""The use cases on books in memory."""

import pytest

from services.wms.application.recount_balances import recount_balances
from services.wms.ports import Change, Drift
from tests.unit.wms.counting import CountingContract
from tests.unit.wms.measuring import MeasuringContract
from tests.unit.wms.memory import MemoryWarehouse
from tests.unit.wms.moves import kg, place, receive
from tests.unit.wms.packing import PackingContract, packed
from tests.unit.wms.promises import PromisesContract
from tests.unit.wms.restraints import HoldsContract, ReversalContract
from tests.unit.wms.scopes import ScopesContract
from tests.unit.wms.use_cases import ReadsContract, RepetitionContract, StockContract, carry


@pytest.fixture
def warehouse() -> MemoryWarehouse:
    return MemoryWarehouse()


__all__ = ["packed"]


async def test_what_drifted_is_put_right_only_where_that_is_asked_for() -> None:
    warehouse = MemoryWarehouse()
    await carry(warehouse, receive("r1"))
    spoiled = [Drift(place(), Change(kg("7")), Change(kg("10")))]
    warehouse.rows.drifts = list(spoiled)
    for repair, left in ((False, spoiled), (True, spoiled), (True, [])):
        async with warehouse.work() as books:
            assert (await recount_balances(books, None, repair=repair)).drifts == left


class TestStock(StockContract):
    pass


class TestRepetition(RepetitionContract):
    pass


class TestReversal(ReversalContract):
    pass


class TestHolds(HoldsContract):
    pass


class TestScopes(ScopesContract):
    pass


class TestReads(ReadsContract):
    pass


class TestPromises(PromisesContract):
    pass


class TestPacking(PackingContract):
    pass


class TestCounting(CountingContract):
    pass


class TestMeasuring(MeasuringContract):
    pass

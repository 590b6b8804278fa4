"""The use cases on books in memory."""

import pytest

from tests.unit.wms.memory import MemoryWarehouse
from tests.unit.wms.restraints import HoldsContract, ReversalContract
from tests.unit.wms.use_cases import ReadsContract, RepetitionContract, StockContract


@pytest.fixture
def warehouse() -> MemoryWarehouse:
    return MemoryWarehouse()


class TestStock(StockContract):
    pass


class TestRepetition(RepetitionContract):
    pass


class TestReversal(ReversalContract):
    pass


class TestHolds(HoldsContract):
    pass


class TestReads(ReadsContract):
    pass

"""The use cases on books in memory."""

import pytest

from tests.unit.mes.memory import MemoryFloor
from tests.unit.mes.use_cases import (
    AttributionsContract,
    BorderContract,
    ConfirmationsContract,
    CountsContract,
    EffortContract,
    GenealogyContract,
    HoldsContract,
    LotStatesContract,
    MaterialContract,
    MeasuringContract,
    OperationsContract,
    OrdersContract,
    RecallsContract,
    ReversalsContract,
    ScopesContract,
    StockContract,
)


@pytest.fixture
def floor() -> MemoryFloor:
    return MemoryFloor()


class TestOrders(OrdersContract):
    pass


class TestConfirmations(ConfirmationsContract):
    pass


class TestHolds(HoldsContract):
    pass


class TestScopes(ScopesContract):
    pass


class TestOperations(OperationsContract):
    pass


class TestStock(StockContract):
    pass


class TestBorder(BorderContract):
    pass


class TestRecalls(RecallsContract):
    pass


class TestLotStates(LotStatesContract):
    pass


class TestGenealogy(GenealogyContract):
    pass


class TestCounts(CountsContract):
    pass


class TestAttributions(AttributionsContract):
    pass


class TestReversals(ReversalsContract):
    pass


class TestMaterial(MaterialContract):
    pass


class TestEffort(EffortContract):
    pass


class TestMeasuring(MeasuringContract):
    pass

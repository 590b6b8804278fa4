"""The use cases on PostgreSQL: the same suite that the books in memory pass."""

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

"""The use cases on PostgreSQL: the same suite that the books in memory pass."""

from tests.unit.wms.counting import CountingContract
from tests.unit.wms.measuring import MeasuringContract
from tests.unit.wms.packing import PackingContract, packed
from tests.unit.wms.promises import PromisesContract
from tests.unit.wms.restraints import HoldsContract, ReversalContract
from tests.unit.wms.scopes import ScopesContract
from tests.unit.wms.use_cases import ReadsContract, RepetitionContract, StockContract

__all__ = ["packed"]


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

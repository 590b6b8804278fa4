"""The use cases on PostgreSQL: the same suite that the books in memory pass."""

from tests.unit.wms.restraints import HoldsContract, ReversalContract
from tests.unit.wms.use_cases import ReadsContract, RepetitionContract, StockContract


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

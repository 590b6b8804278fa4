"""The use cases on PostgreSQL: the same suite that the books in memory pass."""

from tests.unit.quality.use_cases import (
    DecisionsContract,
    HoldsContract,
    LotsContract,
    ScopesContract,
    SnapshotContract,
    SubmissionsContract,
)


class TestSubmissions(SubmissionsContract):
    pass


class TestDecisions(DecisionsContract):
    pass


class TestHolds(HoldsContract):
    pass


class TestLots(LotsContract):
    pass


class TestScopes(ScopesContract):
    pass


class TestSnapshot(SnapshotContract):
    pass

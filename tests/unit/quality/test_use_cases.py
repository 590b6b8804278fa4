"""The use cases on books in memory."""

import pytest

from tests.unit.quality.memory import MemoryLaboratory
from tests.unit.quality.use_cases import (
    DecisionsContract,
    HoldsContract,
    LotsContract,
    ScopesContract,
    SnapshotContract,
    SubmissionsContract,
)


@pytest.fixture
def laboratory() -> MemoryLaboratory:
    return MemoryLaboratory()


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

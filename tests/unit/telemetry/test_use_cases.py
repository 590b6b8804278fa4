"""The use cases on books in memory."""

import pytest

from tests.unit.telemetry.memory import MemoryHub
from tests.unit.telemetry.use_cases import (
    FenceContract,
    ReadsContract,
    RecordContract,
    RepetitionContract,
    TermsContract,
)


@pytest.fixture
def hub() -> MemoryHub:
    return MemoryHub()


class TestRecord(RecordContract):
    pass


class TestRepetition(RepetitionContract):
    pass


class TestFence(FenceContract):
    pass


class TestReads(ReadsContract):
    pass


class TestTerms(TermsContract):
    pass

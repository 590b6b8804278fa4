"""The use cases on PostgreSQL: the same suite that the books in memory pass."""

from tests.unit.telemetry.use_cases import (
    FenceContract,
    ReadsContract,
    RecordContract,
    RepetitionContract,
    TermsContract,
)


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

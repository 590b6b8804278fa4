"""What waits for codes, over books in memory."""

import pytest

from tests.unit.reference.memory import MemoryShelf
from tests.unit.reference.waiting_use_cases import WaitingContract


class TestInMemory(WaitingContract):
    """All of it."""

    @pytest.fixture
    def shelf(self) -> MemoryShelf:
        """Empty."""
        return MemoryShelf()

"""What waits for codes, over PostgreSQL."""

import pytest

from tests.component.reference.conftest import Library
from tests.unit.reference.waiting_use_cases import WaitingContract


class TestOnPostgres(WaitingContract):
    """All of it."""

    @pytest.fixture
    def shelf(self, library: Library) -> Library:
        """Empty."""
        return library

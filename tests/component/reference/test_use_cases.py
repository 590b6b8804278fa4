"""The use cases over PostgreSQL."""

import pytest

from tests.component.reference.conftest import Library
from tests.unit.reference.code_use_cases import CodesContract
from tests.unit.reference.use_cases import MasterDataContract, StateContract


class TestOnPostgres(MasterDataContract, CodesContract, StateContract):
    """All of them."""

    @pytest.fixture
    def shelf(self, library: Library) -> Library:
        """Empty."""
        return library

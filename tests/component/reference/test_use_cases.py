"""The use cases over PostgreSQL."""

import pytest

from tests.component.reference.conftest import Library
from tests.unit.reference.change_file_use_cases import ChangeFilesContract
from tests.unit.reference.code_use_cases import CodesContract
from tests.unit.reference.load_use_cases import LoadContract
from tests.unit.reference.master_use_cases import FullDataContract
from tests.unit.reference.use_cases import MasterDataContract, StateContract


class TestOnPostgres(
    MasterDataContract,
    FullDataContract,
    LoadContract,
    ChangeFilesContract,
    CodesContract,
    StateContract,
):
    """All of them."""

    @pytest.fixture
    def shelf(self, library: Library) -> Library:
        """Empty."""
        return library

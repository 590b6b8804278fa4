"""The use cases over books in memory."""

import pytest

from tests.unit.reference.change_file_use_cases import ChangeFilesContract
from tests.unit.reference.code_use_cases import CodesContract
from tests.unit.reference.load_use_cases import LoadContract
from tests.unit.reference.master_use_cases import FullDataContract
from tests.unit.reference.memory import MemoryShelf
from tests.unit.reference.use_cases import MasterDataContract, StateContract


class TestInMemory(
    MasterDataContract,
    FullDataContract,
    LoadContract,
    ChangeFilesContract,
    CodesContract,
    StateContract,
):
    """All of them."""

    @pytest.fixture
    def shelf(self) -> MemoryShelf:
        """Empty."""
        return MemoryShelf()

"""Codes of customers and of their orders, for every test here."""

import pytest

from services.kit.store import Store
from tests.copies import put_codes
from tests.unit.erp.memory_commercial import CODES


@pytest.fixture(autouse=True)
async def mapped(store: Store) -> None:
    """The codes of customers and of their orders."""
    async with store.work():
        await put_codes("erp-1", CODES)

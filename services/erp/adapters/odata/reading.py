"""What an S/4HANA has cannot be asked here: mock-sap serves no material stock to be proved against.

API_MATERIAL_STOCK_SRV would be the place; until an adapter for it passes the suite this says no.
"""

from typing import NoReturn

from services.erp.domain.reading import DeliveryRow, Sheet, StockRow, not_readable
from services.kit.lanes.systems import System


class ODataReading:
    """ports.reading.ErpReading that refuses, by type."""

    def __init__(self, system: System, password: str) -> None:
        self._id = system.id

    async def read_stock(self, plant: str, after: str) -> Sheet[StockRow]:
        """Refused."""
        self._refuse("its stock")

    async def read_deliveries(self, plant: str, after: str) -> Sheet[DeliveryRow]:
        """Refused."""
        self._refuse("what was delivered")

    async def close(self) -> None:
        """Nothing is open."""

    def _refuse(self, what: str) -> NoReturn:
        raise not_readable(self._id, what)

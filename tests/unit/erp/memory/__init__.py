"""The ERP service's ports in memory, and examples to fill them with."""

from dataclasses import dataclass, field

from services.erp.ports import Books
from tests.unit.erp.memory.examples import CODES, LOT, NOON, ORDER, document, kg, order, posting
from tests.unit.erp.memory.master import MemoryHolds, MemoryMaster
from tests.unit.erp.memory.orders import MemoryOrders
from tests.unit.erp.memory.polling import MemoryInbox, MemoryMarks, MemorySources
from tests.unit.erp.memory.postings import MemoryPostings
from tests.unit.erp.memory_commercial import MemoryCommercial
from tests.unit.erp.money.memory import Memory

__all__ = [
    "CODES",
    "LOT",
    "NOON",
    "ORDER",
    "MemoryHolds",
    "MemoryInbox",
    "MemoryMarks",
    "MemoryMaster",
    "MemoryOrders",
    "MemoryPostings",
    "MemorySources",
    "Shelf",
    "document",
    "kg",
    "order",
    "posting",
]


@dataclass
class Shelf:
    """Everything a use case needs, and `books` to hand to it."""

    orders: MemoryOrders = field(default_factory=MemoryOrders)
    postings: MemoryPostings = field(default_factory=MemoryPostings)
    holds: MemoryHolds = field(default_factory=MemoryHolds)
    master: MemoryMaster = field(default_factory=MemoryMaster)
    commercial: MemoryCommercial = field(default_factory=MemoryCommercial)

    @property
    def books(self) -> Books:
        """As the ports."""
        return Books(
            self.orders,
            self.postings,
            self.holds,
            self.master,
            self.master,
            self.master,
            Memory().accounts,
            self.commercial,
        )

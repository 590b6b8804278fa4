"""What every book-keeping must do: run on memory in unit tests, on PostgreSQL in component tests.

A subclass gives the fixture `warehouse`.
"""

from tests.unit.wms.use_cases.movements import StockContract
from tests.unit.wms.use_cases.reads import ReadsContract
from tests.unit.wms.use_cases.repetition import RepetitionContract
from tests.unit.wms.use_cases.steps import Warehouse, build, carry, put, refused, stock

__all__ = [
    "ReadsContract",
    "RepetitionContract",
    "StockContract",
    "Warehouse",
    "build",
    "carry",
    "put",
    "refused",
    "stock",
]

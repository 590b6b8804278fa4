"""What every book-keeping must do: run on memory in unit tests, on PostgreSQL in component tests.

A subclass gives the fixture `laboratory`.
"""

from tests.unit.quality.use_cases.decisions import DecisionsContract
from tests.unit.quality.use_cases.holds import HoldsContract
from tests.unit.quality.use_cases.lots import LotsContract
from tests.unit.quality.use_cases.scopes import ScopesContract
from tests.unit.quality.use_cases.snapshot import SnapshotContract
from tests.unit.quality.use_cases.submissions import SubmissionsContract

__all__ = [
    "DecisionsContract",
    "HoldsContract",
    "LotsContract",
    "ScopesContract",
    "SnapshotContract",
    "SubmissionsContract",
]

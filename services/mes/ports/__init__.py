"""What the use cases need: books that are read and written in batches, within one unit of work."""

from dataclasses import dataclass
from typing import Protocol

from services.kit.clock import Clock
from services.mes.domain.events import Fact
from services.mes.ports.counts import Meters, Waiting
from services.mes.ports.genealogy import Genealogy, Reached, Told, Traced, Traces
from services.mes.ports.lots import Lots, Operations, Performed
from services.mes.ports.orders import Confirmations, Items, Orders, People, Trial
from services.mes.ports.scopes import Scopes

__all__ = [
    "Books",
    "Confirmations",
    "Facts",
    "Genealogy",
    "Items",
    "Lots",
    "Meters",
    "Operations",
    "Orders",
    "People",
    "Performed",
    "Reached",
    "Scopes",
    "Told",
    "Traced",
    "Traces",
    "Trial",
    "Waiting",
]


class Facts(Protocol):
    """Where facts go to be told."""

    def tell(self, fact: Fact) -> None:
        """When the unit of work commits, after what was told before."""
        ...


@dataclass(frozen=True, slots=True)
class Books:
    """All of it, and the time."""

    items: Items
    orders: Orders
    confirmations: Confirmations
    lots: Lots
    scopes: Scopes
    genealogy: Genealogy
    traces: Traces
    operations: Operations
    facts: Facts
    meters: Meters
    uncounted: Waiting
    trial: Trial
    clock: Clock
    people: People

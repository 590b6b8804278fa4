"""The reference service's database; each part is used inside a unit of work."""

from services.kit.clock import Clock
from services.reference.domain.bill import Bill
from services.reference.domain.equipment import Equipment
from services.reference.domain.item import Item
from services.reference.domain.party import Party
from services.reference.domain.plant import Plant
from services.reference.domain.routing import Routing
from services.reference.ports import Books
from services.reference.store.facts import OutboxFacts
from services.reference.store.gate import SqlGate
from services.reference.store.mappings import SqlMappings
from services.reference.store.queue import SqlQueue
from services.reference.store.records import SqlRecords

_VARIANT = ("plant", "item_no", "alternative", "revision")


def open_books(clock: Clock) -> Books:
    """Whatever is done with them is part of the unit of work of the task that does it."""
    return Books(
        items=SqlRecords("item", Item, ("item_no",)),
        plants=SqlRecords("plant", Plant, ("plant",)),
        boms=SqlRecords("bill", Bill, _VARIANT),
        routings=SqlRecords("routing", Routing, _VARIANT),
        equipment=SqlRecords("equipment", Equipment, ("path",)),
        parties=SqlRecords("party", Party, ("party_id",)),
        code_mappings=SqlMappings(),
        queue=SqlQueue(),
        facts=OutboxFacts(),
        gate=SqlGate(),
        clock=clock,
    )

"""Flour goes between Lyon and Nice, and wms alone is told: what it says of that."""

from google.protobuf.message import Message

from services.wms import wire
from services.wms.domain.movement import Movement
from services.wms.domain.place import Status
from services.wms.domain.rules import MovementType as T
from services.wms.domain.target import Target
from services.wms.domain.trade import Destination, Origin
from tests.unit.wms.memory import MemoryWarehouse
from tests.unit.wms.moves import LYON, move
from tests.unit.wms.use_cases import carry

NICE = "nice"
TO_NICE, TO_LYON = Target(plant=NICE), Target(plant=LYON)
WRONG = move("wrong", T.TRANSFER_PLANT, "1", to=TO_NICE)
STORY: tuple[Movement, ...] = (
    move("r1", T.RECEIPT_PURCHASE, "20", origin=Origin(supplier="MILL", supplier_lot="M-77")),
    move("t1", T.TRANSFER_PLANT, "4", to=TO_NICE),
    move("out", T.TRANSFER_PLANT_OUT, "5", to=TO_NICE),
    WRONG,
    move("no", T.REVERSAL, "1", to=TO_NICE, reverses="wrong"),
    # Within the plant: the same lot.
    move("stay", T.TRANSFER_PLANT, "1", to=TO_LYON, to_location="A-01"),
    move("in", T.TRANSFER_PLANT_IN, "5", plant=NICE, status=Status.IN_TRANSIT, to_location="B-01"),
    move("l1", T.RELABEL, "2", plant=NICE, to=Target(lot_no="F9"), reason="their own"),
    move(
        "d1",
        T.ISSUE_TO_DELIVERY,
        "1",
        "FLOUR/F9",
        plant=NICE,
        destination=Destination("80001", "ACME"),
    ),
    move("back", T.TRANSFER_PLANT, "1", plant=NICE, to=TO_LYON),
)
LEFT = {"lyon/FLOUR/F1": "12", "nice/FLOUR/F1": "6", "nice/FLOUR/F9": "1"}
"""Of each lot in the end, wherever it lies in its plant."""


async def told() -> list[tuple[str, Message]]:
    """The events with their keys, in order, once the warehouse has carried it all out."""
    warehouse = MemoryWarehouse()
    await carry(warehouse, *STORY)
    return [fact for one in warehouse.rows.booked for fact in wire.write_facts(one)]

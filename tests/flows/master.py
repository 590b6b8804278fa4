"""What the flows' plant is made of: items, their costs, and the accounts they are in."""

from plantmesh.common.v1 import quantity_pb2
from plantmesh.reference.v1 import records_pb2 as records
from plantmesh.reference.v1 import reference_pb2 as reference

from tests.shopfloor import MADE, PLANT, UNIT, USED
from tools.demo.accounts import account_map

STRANGE = "unobtainium"
"""An item that everybody but the ledger knows."""
_COSTS = {MADE: "4.2", USED: "1.005", STRANGE: "100"}
"""Euros a kilogram, by standard."""
_MORE = range(12)
"""Items and plants that nothing is done with: their news reaches every partition."""


def described(text: str) -> reference.PutMasterDataRequest:
    """All plants and items, under names with this text."""
    kinds = {
        MADE: reference.ITEM_TYPE_FINISHED,
        USED: reference.ITEM_TYPE_RAW,
        STRANGE: reference.ITEM_TYPE_RAW,
        **dict.fromkeys((f"part-{n}" for n in _MORE), reference.ITEM_TYPE_RAW),
    }
    plants = (PLANT, *(f"plant-{n}" for n in _MORE))
    return reference.PutMasterDataRequest(
        idempotency_key=text,
        plants=[
            reference.Plant(plant=plant, name=f"{plant}, {text}", time_zone="Europe/Paris")
            for plant in plants
        ],
        items=[
            reference.Item(
                item_no=item,
                description=f"{item}, {text}",
                base_unit=UNIT,
                type=kind,
                lot_controlled=True,
                inspection_on_production=item == MADE,
            )
            for item, kind in kinds.items()
        ],
    )


def prices() -> reference.PutMasterDataRequest:
    """What things cost, and the account map as a draft."""
    return reference.PutMasterDataRequest(
        idempotency_key="prices",
        standard_costs=[
            records.StandardCost(
                item_no=item,
                plant=PLANT,
                currency="EUR",
                amount=amount,
                per=quantity_pb2.Quantity(value="1", unit=UNIT),
            )
            for item, amount in _COSTS.items()
        ],
        code_mappings=account_map(),
    )

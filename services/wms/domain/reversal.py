"""What a reversal may take back: any movement once, whole, and as it was."""

from services.kit.errors import ConflictError, InvalidError, NotFoundError
from services.wms.domain.keys import Reference
from services.wms.domain.movement import Movement
from services.wms.domain.rules import MovementType


def check_reversal(
    reversal: Movement, original: Movement | None, taken_back_by: Reference | None
) -> Movement:
    """The original; raises NotFoundError, ConflictError or InvalidError naming the field."""
    if original is None:
        raise NotFoundError(
            f"{reversal.reference.plant} has no movement {reversal.reverses}",
            code="unknown_reference",
            field="reverses",
            hint="name the reference of a movement of this plant",
        )
    if original.type is MovementType.REVERSAL:
        raise ConflictError(
            f"{reversal.reverses} is a reversal itself",
            code="not_reversible",
            field="reverses",
            hint="move the stock anew under a reference of its own",
        )
    if taken_back_by:
        raise ConflictError(
            f"{reversal.reverses} was taken back by {taken_back_by.text}",
            code="already_reversed",
            field="reverses",
        )
    _require_same(reversal, original)
    return original


def _require_same(reversal: Movement, original: Movement) -> None:
    for field, mine, theirs in (
        ("stock.item_no", reversal.lot.item_no, original.lot.item_no),
        ("stock.lot_no", reversal.lot.lot_no, original.lot.lot_no),
        ("stock.location", reversal.place.location, original.place.location),
        ("stock.status", reversal.place.status, original.place.status),
        ("to_location", reversal.to_location, original.to_location),
        ("quantity", str(reversal.quantity), str(original.quantity)),
        ("order_no", reversal.order_no, original.order_no),
        ("delivery_no", reversal.delivery_no, original.delivery_no),
        ("stock.owner", reversal.place.owner, original.place.owner),
        ("stock.handling_unit", reversal.place.hu, original.place.hu),
        ("to.plant", reversal.to.plant, original.to.plant),
        ("to.item_no", reversal.to.item_no, original.to.item_no),
        ("to.lot_no", reversal.to.lot_no, original.to.lot_no),
        ("to.status", reversal.to.status, original.to.status),
        ("to.handling_unit", reversal.to.hu, original.to.hu),
    ):
        if mine != theirs:
            raise InvalidError(
                f"{reversal.reverses} moved {theirs or 'none'}, not {mine or 'none'}",
                code="reversal_differs",
                field=field,
                hint="a reversal repeats what it takes back, and takes back all of it",
            )

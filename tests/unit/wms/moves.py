"""Movements, lots and holds as tests write them."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from services.kit.clock import Instant
from services.kit.quantity import Measures, Quantity
from services.wms.domain.hold import EVERYTHING, Block, Hold
from services.wms.domain.keys import LotKey, OrderKey, Reference
from services.wms.domain.movement import Movement, choose_status
from services.wms.domain.place import Place, Status
from services.wms.domain.rules import RULES, MovementType, Part
from services.wms.domain.target import SAME, Target

LYON = "lyon"
ITEMS = {
    "BREAD": Measures("KGM", (("H87", "KGM", Fraction(1, 2)),)),
    "EGG": Measures("H87"),
    "FILM": Measures("MTK", (("XRO", "MTK", Fraction(400)), ("KGM", "MTK", Fraction(4)))),
    **dict.fromkeys(("FLOUR", "I", "NEW", "NO", "ROLL", "SALT"), Measures("KGM")),
    **dict.fromkeys((f"ITEM{n}" for n in range(5)), Measures("KGM")),
    **dict.fromkeys((f"I{n}" for n in range(500)), Measures("KGM")),
}
"""What the bakery knows; a loaf weighs 500 g, a roll of film has 400 m2 and weighs 100 kg."""
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
FREE, QUALITY, BLOCKED = Status.UNRESTRICTED, Status.QUALITY, Status.BLOCKED
BOX, CRATE, PALLET = "106141411234567897", "340123450000000017", "340123450000000024"
"""SSCCs; the first is an example of GS1's."""


def kg(value: str) -> Quantity:
    """Kilograms."""
    return Quantity.parse(value, "KGM")


def lot_key(name: str, plant: str = LYON) -> LotKey:
    """Of "FLOUR/F1"; "SALT/" is not kept in lots."""
    return LotKey(plant, *name.split("/"))


def order_key(order_no: str = "4711") -> OrderKey:
    """In Lyon."""
    return OrderKey(LYON, order_no)


def place(name: str = "FLOUR/F1", status: Status = FREE, location: str = "") -> Place:
    """In Lyon."""
    return Place(lot_key(name), location, status)


def move(
    reference: str, type: MovementType, amount: str = "10", name: str = "FLOUR/F1", **changes: Any
) -> Movement:
    """Kilograms of a lot in Lyon; `status`, `location`, `unit` and `plant` by name."""
    plant = changes.pop("plant", LYON)
    status = choose_status(type, changes.pop("status", None) or _first(type))
    quantity = Quantity.parse(amount, changes.pop("unit", "KGM"))
    rule = RULES[type]
    if rule.of_order:
        changes.setdefault("order_no", "4711")
    if rule.reason:
        changes.setdefault("reason", "tested")
    owner, hu = changes.pop("owner", ""), changes.pop("hu", "")
    return Movement(
        reference=Reference(plant, reference),
        type=type,
        place=Place(lot_key(name, plant), changes.pop("location", ""), status, owner, hu),
        quantity=quantity,
        occurred_at=Instant(NOON, 120),
        **changes,
    )


def receive(reference: str, amount: str = "10", name: str = "FLOUR/F1", **changes: Any) -> Movement:
    """Bought, unrestricted."""
    return move(reference, MovementType.RECEIPT_PURCHASE, amount, name, **changes)


def produce(reference: str, amount: str = "10", name: str = "BREAD/B1", **changes: Any) -> Movement:
    """Made for 4711, into quality stock."""
    changes.setdefault("status", QUALITY)
    return move(reference, MovementType.RECEIPT_PRODUCTION, amount, name, **changes)


def issue(reference: str, amount: str = "10", name: str = "FLOUR/F1", **changes: Any) -> Movement:
    """To 4711."""
    return move(reference, MovementType.ISSUE_TO_ORDER, amount, name, **changes)


def release(reference: str, amount: str = "10", name: str = "BREAD/B1", **changes: Any) -> Movement:
    """By quality."""
    return move(reference, MovementType.RELEASE_FROM_QUALITY, amount, name, **changes)


def transfer(reference: str, amount: str = "10", to: str = "A-01", **changes: Any) -> Movement:
    """Flour from the default location."""
    return move(reference, MovementType.TRANSFER_LOCATION, amount, to_location=to, **changes)


def take_back(reference: str, original: Movement, **changes: Any) -> Movement:
    """A reversal of `original`."""
    plant, text = original.reference
    return replace(
        original,
        reference=Reference(plant, reference),
        type=MovementType.REVERSAL,
        reverses=text,
        **changes,
    )


def elsewhere(type: MovementType) -> dict[str, Any]:
    """What a movement of this type has to say of its other side, as arguments of `move`."""
    rule, said = RULES[type], dict[str, Any]()
    if Part.LOCATION in rule.changes:
        said["to_location"] = "A-01"
    if Part.OWNER in rule.changes:
        said["owner"] = "MILL"
    if Part.UNPACKED in rule.changes:
        said["hu"] = BOX
    to = Target(
        plant="oslo" if Part.PLANT in rule.changes else "",
        lot_no="F9" if Part.GOODS in rule.changes else "",
        status=rule.into[-1] if len(rule.into) > 1 else None,
        hu=BOX if Part.PACKED in rule.changes else "",
    )
    return said | ({"to": to} if to != SAME else {})


def hold(
    name: str = "FLOUR/F1",
    *,
    version: int = 1,
    active: bool = True,
    hold_no: str = "H1",
    blocks: Collection[Block] = EVERYTHING,
) -> Hold:
    """On one lot in Lyon."""
    return Hold(hold_no, lot_key(name), active, version, frozenset(blocks))


def _first(type: MovementType) -> Status:
    return RULES[type].status[0]

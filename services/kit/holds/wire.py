"""Holds and their scopes on the wire; every service has words of its own for them."""

from collections.abc import Callable, Collection, Iterable
from enum import StrEnum
from typing import Any, TypeVar

from plantmesh.common.v1 import holds_pb2 as pb

from services.kit.errors import located
from services.kit.wire import read_day, read_instant

Block = TypeVar("Block", bound=StrEnum)
Hold = TypeVar("Hold")
Scope = TypeVar("Scope")
_BLOCK = "HOLD_BLOCK_"


def read_blocks(messages: "Iterable[pb.HoldBlock.ValueType]", kind: type[Block]) -> list[Block]:
    """What a hold stops, in the order named."""
    return [kind[pb.HoldBlock.Name(one).removeprefix(_BLOCK)] for one in messages]


def write_blocks(blocks: Iterable[StrEnum]) -> "list[pb.HoldBlock.ValueType]":
    """The same back."""
    return [pb.HoldBlock.Value(f"{_BLOCK}{one.name}") for one in blocks]


def read_holds(
    messages: Iterable[pb.LotHold],
    kind: type[Block],
    key: Callable[[str, str, str], Any],
    make: Callable[..., Hold],
) -> list[Hold]:
    """In their order, each as `make(hold_no, lot, active=, version=, blocks=)`.

    One that names no block stops everything.
    """
    return [
        make(
            one.hold_no,
            key(one.lot.plant, one.lot.item_no, one.lot.lot_no),
            active=one.active,
            version=one.version,
            blocks=frozenset(read_blocks(one.blocks, kind) or kind),
        )
        for one in messages
    ]


def read_scopes(
    messages: Iterable[pb.ScopedHold],
    kind: type[Block],
    make: Callable[..., Scope],
    *,
    unseen: Collection[str] = (),
) -> list[Scope]:
    """In their order, each as `make(hold_no, plant, active, version, blocks, **covers)`.

    One that names no block stops everything. Of kinds that are `unseen` here nothing is said.
    Raises InvalidError naming `holds[i].scope` and the day or time that is none.
    """
    scopes = []
    for position, one in enumerate(messages):
        covers = {}
        if (which := one.scope.WhichOneof("kind")) and which not in unseen:
            with located(f"holds[{position}].scope"):
                covers = _COVERS[which](getattr(one.scope, which))
        blocks = frozenset(read_blocks(one.blocks, kind) or kind)
        scopes.append(make(one.hold_no, one.plant, one.active, one.version, blocks, **covers))
    return scopes


def _order(scope: pb.OrderScope) -> dict[str, Any]:
    return {"order_no": scope.order_no}


def _item(scope: pb.ItemScope) -> dict[str, Any]:
    covers = {"item_no": scope.item_no, "first_day": read_day(scope.first_day, "item.first_day")}
    if scope.last_day:
        covers["last_day"] = read_day(scope.last_day, "item.last_day")
    return covers


def _equipment(scope: pb.EquipmentScope) -> dict[str, Any]:
    start = read_instant(scope.starts_at, field="equipment.starts_at")
    covers = {"equipment": scope.equipment, "starts_at": start.moment}
    if scope.HasField("ends_at"):
        covers["ends_at"] = read_instant(scope.ends_at, field="equipment.ends_at").moment
    return covers


def _supplier_lot(scope: pb.SupplierLotScope) -> dict[str, Any]:
    return {"party": scope.party, "supplier_lot": scope.supplier_lot}


_COVERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "order": _order,
    "item": _item,
    "equipment": _equipment,
    "supplier_lot": _supplier_lot,
}

"""Holds that name no lots, on the wire."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from plantmesh.common.v1 import holds_pb2

from services.kit.errors import InvalidError, located
from services.kit.wire import read_instant
from services.mes.domain.hold import EVERYTHING
from services.mes.domain.scope import Scope
from services.mes.wire.lots import read_blocks


def read_scopes(messages: Iterable[holds_pb2.ScopedHold]) -> list[Scope]:
    """In their order; raises InvalidError naming `holds[i]` and the day or time that is none."""
    scopes = []
    for position, one in enumerate(messages):
        with located(f"holds[{position}].scope"):
            covers = _read(one.scope)
        blocks = read_blocks(one.blocks) or EVERYTHING
        kept = one.hold_no, one.plant, one.active, one.version, blocks
        scopes.append(Scope(*kept, **covers))
    return scopes


def _read(scope: holds_pb2.HoldScope) -> dict[str, Any]:
    match scope.WhichOneof("kind"):
        case "order":
            return {"order_no": scope.order.order_no}
        case "item":
            with located("item"):
                first, last = scope.item.first_day, scope.item.last_day
                days = {"first_day": _day(first, "first_day")}
                if last:
                    days["last_day"] = _day(last, "last_day")
            return {"item_no": scope.item.item_no, **days}
        case "equipment":
            return {"equipment": scope.equipment.equipment, **_times(scope.equipment)}
        case _:
            lot = scope.supplier_lot
            return {"party": lot.party, "supplier_lot": lot.supplier_lot}


def _times(scope: holds_pb2.EquipmentScope) -> dict[str, Any]:
    times = {"starts_at": read_instant(scope.starts_at, field="equipment.starts_at").moment}
    if scope.HasField("ends_at"):
        times["ends_at"] = read_instant(scope.ends_at, field="equipment.ends_at").moment
    return times


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidError(f"{text!r} is no day", code="bad_day", field=field) from None

"""Holds that name no lots, on the wire."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from plantmesh.common.v1 import holds_pb2

from services.kit.errors import InvalidError, located
from services.wms.domain.hold import EVERYTHING
from services.wms.domain.scope import Scope
from services.wms.wire.keys import read_blocks


def read_scopes(messages: Iterable[holds_pb2.ScopedHold]) -> list[Scope]:
    """In their order; raises InvalidError naming `holds[i]` and the day that is none."""
    scopes = []
    for position, one in enumerate(messages):
        with located(f"holds[{position}].scope"):
            covers = _read(one.scope)
        blocks = read_blocks(one.blocks) or EVERYTHING
        kept = one.hold_no, one.plant, one.active, one.version, blocks
        scopes.append(Scope(*kept, **covers))
    return scopes


def _read(scope: holds_pb2.HoldScope) -> dict[str, Any]:
    """Of equipment nothing: mes holds what is made on it."""
    match scope.WhichOneof("kind"):
        case "order":
            return {"order_no": scope.order.order_no}
        case "item":
            days = {"first_day": _day(scope.item.first_day, "item.first_day")}
            if scope.item.last_day:
                days["last_day"] = _day(scope.item.last_day, "item.last_day")
            return {"item_no": scope.item.item_no, **days}
        case "supplier_lot":
            lot = scope.supplier_lot
            return {"party": lot.party, "supplier_lot": lot.supplier_lot}
        case _:
            return {}


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidError(f"{text!r} is no day", code="bad_day", field=field) from None

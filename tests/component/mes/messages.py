"""Requests as clients write them."""

from typing import Any

from google.protobuf.json_format import ParseDict
from plantmesh.common.v1 import holds_pb2
from plantmesh.mes.v1 import lots_pb2, work_orders_pb2

AT = {"timestamp": "2026-05-04T12:00:00.123456Z", "offset_minutes": 120}


def kg(value: str) -> dict[str, str]:
    """Kilograms."""
    return {"value": value, "unit": "KGM"}


def order(order_no: str = "4711", plant: str = "lyon") -> dict[str, str]:
    """Its key."""
    return {"plant": plant, "order_no": order_no}


def lot(name: str) -> dict[str, str]:
    """The key of "BREAD/L1"."""
    item_no, lot_no = name.split("/")
    return {"plant": "lyon", "item_no": item_no, "lot_no": lot_no}


def plan(order_no: str = "4711", **changes: Any) -> dict[str, Any]:
    """100 kg of bread, 10 % more at most."""
    return {
        "key": order(order_no),
        "item_no": "BREAD",
        "quantity": kg("100"),
        "due_start": "2026-05-04T06:00:00Z",
        "due_end": "2026-05-05T06:00:00Z",
        "operations": [{"sequence": 10, "segment": "bake", "work_center": "OVEN"}],
        "components": [{"position": 10, "item_no": "FLOUR", "quantity": kg("60")}],
        "over_tolerance": "0.1",
        **changes,
    }


def report(id: str = "c1", **changes: Any) -> dict[str, Any]:
    """10 kg into L1."""
    return {
        "id": id,
        "order": order(),
        "lot_no": "L1",
        "yield": kg("10"),
        "occurred_at": AT,
        **changes,
    }


def used(name: str = "FLOUR/F1", value: str = "5", unit: str = "KGM") -> dict[str, Any]:
    """A consumed lot."""
    item_no, lot_no = name.split("/")
    return {"item_no": item_no, "lot_no": lot_no, "quantity": {"value": value, "unit": unit}}


def create(*plans: dict[str, Any], key: str = "create") -> work_orders_pb2.CreateWorkOrdersRequest:
    """Take over."""
    request = {"idempotency_key": key, "plans": list(plans)}
    return ParseDict(request, work_orders_pb2.CreateWorkOrdersRequest())


def command(
    *commands: str, order_no: str = "4711", key: str = "", plant: str = "lyon"
) -> work_orders_pb2.CommandWorkOrdersRequest:
    """One after the other."""
    request = {
        "idempotency_key": key or f"{order_no} {commands}",
        "commands": [
            {"key": order(order_no, plant), "command": f"COMMAND_{one}"} for one in commands
        ],
    }
    return ParseDict(request, work_orders_pb2.CommandWorkOrdersRequest())


def confirm(*reports: dict[str, Any], key: str = "") -> work_orders_pb2.ConfirmOperationsRequest:
    """Report."""
    request = {
        "idempotency_key": key or f"confirm {[one['id'] for one in reports]}",
        "confirmations": list(reports),
    }
    return ParseDict(request, work_orders_pb2.ConfirmOperationsRequest())


def reverse(*numbers: int, key: str = "", **changes: Any) -> Any:
    """Take confirmations of 4711 back."""
    request = {
        "idempotency_key": key or f"reverse {numbers}",
        "reversals": [
            {
                "id": f"back-{no}",
                "reverses": {"order": order(), "confirmation_no": no},
                "reason": "miscounted",
                "occurred_at": AT,
                **changes,
            }
            for no in numbers
        ],
    }
    return ParseDict(request, work_orders_pb2.ReverseConfirmationsRequest())


def hold(
    name: str, *, version: int = 1, active: bool = True, hold_no: str = "H1"
) -> holds_pb2.ApplyHoldsRequest:
    """On one lot."""
    one = {"hold_no": hold_no, "lot": lot(name), "active": active, "version": version}
    request = {"idempotency_key": f"{hold_no}/{name}/{version}", "holds": [one]}
    return ParseDict(request, holds_pb2.ApplyHoldsRequest())


def trace(*names: str, forward: bool) -> lots_pb2.TraceLotsRequest:
    """From some lots."""
    return lots_pb2.TraceLotsRequest(
        lots=[ParseDict(lot(name), lots_pb2.Lot().key) for name in names],
        direction=lots_pb2.DIRECTION_FORWARD if forward else lots_pb2.DIRECTION_BACKWARD,
    )


START = command("DISPATCH", "MAKE_READY", "START")

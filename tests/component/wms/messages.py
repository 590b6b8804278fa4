"""Requests as clients write them."""

from typing import Any

from google.protobuf.json_format import ParseDict
from plantmesh.common.v1 import holds_pb2
from plantmesh.wms.v1 import wms_pb2

AT = {"timestamp": "2026-05-04T12:00:00.123456Z", "offset_minutes": 120}


def kg(value: str) -> dict[str, str]:
    """Kilograms."""
    return {"value": value, "unit": "KGM"}


def lot(name: str = "FLOUR/F1", plant: str = "lyon") -> dict[str, str]:
    """The key of "FLOUR/F1"."""
    item_no, lot_no = name.split("/")
    return {"plant": plant, "item_no": item_no, "lot_no": lot_no}


def stock(name: str = "FLOUR/F1", status: str = "", **changes: Any) -> dict[str, Any]:
    """A place."""
    key: dict[str, Any] = {**lot(name), **changes}
    return {**key, "status": f"STOCK_STATUS_{status}"} if status else key


def movement(reference: str, type: str, amount: str = "10", **changes: Any) -> dict[str, Any]:
    """Of flour."""
    return {
        "reference": reference,
        "type": f"MOVEMENT_TYPE_{type}",
        "stock": stock(),
        "quantity": kg(amount),
        "occurred_at": AT,
        **changes,
    }


def receipt(reference: str = "r1", amount: str = "10", **changes: Any) -> dict[str, Any]:
    """Bought, unrestricted."""
    changes.setdefault("stock", stock(status="UNRESTRICTED"))
    return movement(reference, "RECEIPT_PURCHASE", amount, **changes)


def issue(reference: str = "i1", amount: str = "10", **changes: Any) -> dict[str, Any]:
    """To 4711."""
    return movement(reference, "ISSUE_TO_ORDER", amount, **{"order_no": "4711", **changes})


def output(reference: str = "p1", amount: str = "10", **changes: Any) -> dict[str, Any]:
    """Of 4711, into quality stock."""
    place = stock("BREAD/B1", "QUALITY")
    fields = {"order_no": "4711", "stock": place, **changes}
    return movement(reference, "RECEIPT_PRODUCTION", amount, **fields)


def reversal(reference: str, of: str, amount: str = "10", **changes: Any) -> dict[str, Any]:
    """Of the receipt of flour."""
    fields = {"stock": stock(status="UNRESTRICTED"), "reverses": of, **changes}
    return movement(reference, "REVERSAL", amount, **fields)


def move(*movements: dict[str, Any], key: str = "") -> wms_pb2.MoveStockRequest:
    """Carry out."""
    request = {
        "idempotency_key": key or f"move {[one['reference'] for one in movements]}",
        "movements": list(movements),
    }
    return ParseDict(request, wms_pb2.MoveStockRequest())


def hold(
    name: str = "FLOUR/F1", *, version: int = 1, active: bool = True, plant: str = "lyon"
) -> holds_pb2.ApplyHoldsRequest:
    """H1 on one lot."""
    one = {"hold_no": "H1", "lot": lot(name, plant), "active": active, "version": version}
    request = {"idempotency_key": f"H1/{name}/{version}", "holds": [one]}
    return ParseDict(request, holds_pb2.ApplyHoldsRequest())


def of_lots(*names: str, plant: str = "lyon") -> wms_pb2.BatchGetLotBalancesRequest:
    """Balances of some lots."""
    request = {"lots": [lot(name, plant) for name in names]}
    return ParseDict(request, wms_pb2.BatchGetLotBalancesRequest())


def of_orders(*numbers: str, plant: str = "lyon") -> wms_pb2.BatchGetOrderBalancesRequest:
    """Balances of what some orders made."""
    request = {"orders": [{"plant": plant, "order_no": number} for number in numbers]}
    return ParseDict(request, wms_pb2.BatchGetOrderBalancesRequest())

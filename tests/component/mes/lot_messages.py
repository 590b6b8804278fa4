"""Requests about lots as clients write them: operations, voids, commands, traces."""

from typing import Any

from google.protobuf.json_format import ParseDict
from plantmesh.mes.v1 import genealogy_pb2 as pb

from tests.component.mes.messages import AT, kg, lot

MILL: dict[str, Any] = {
    "supplier": "MILL",
    "supplier_lot": "M7",
    "manufacturer": "MILLER",
    "country_of_origin": "FR",
    "expiry_at": "2027-05-04T00:00:00Z",
    "purchase_order_no": "4500",
    "attributes": {"grade": "A"},
}


def some(name: str, value: str) -> dict[str, Any]:
    """Kilograms of "F/1"."""
    return {"lot": lot(name), "quantity": kg(value)}


def operation(id: str, plant: str = "lyon", **what: Any) -> dict[str, Any]:
    """At noon."""
    return {"event_id": id, "plant": plant, "occurred_at": AT, **what}


def operate(*operations: dict[str, Any], key: str = "") -> pb.OperateLotsRequest:
    """In one batch."""
    ids = [one["event_id"] for one in operations]
    request = {"idempotency_key": key or f"operate {ids}", "operations": list(operations)}
    return ParseDict(request, pb.OperateLotsRequest())


def void(*ids: str) -> pb.VoidLotOperationsRequest:
    """They did not occur."""
    reason = "VOID_REASON_DID_NOT_OCCUR"
    events = [{"plant": "lyon", "event_id": id, "reason": reason} for id in ids]
    return ParseDict(
        {"idempotency_key": f"void {ids}", "events": events}, pb.VoidLotOperationsRequest()
    )


def command(name: str, *given: str) -> pb.CommandLotsRequest:
    """One after the other."""
    commands = [{"lot": lot(name), "command": f"LOT_COMMAND_{one}"} for one in given]
    return ParseDict(
        {"idempotency_key": f"{name} {given}", "commands": commands}, pb.CommandLotsRequest()
    )


def trace(*starts: tuple[str, str], forward: bool = True, **more: Any) -> pb.BatchTraceLotsRequest:
    """From lots and cursors."""
    request = {
        "starts": [{"lot": lot(name), "cursor": cursor} for name, cursor in starts],
        "direction": "DIRECTION_FORWARD" if forward else "DIRECTION_BACKWARD",
        **more,
    }
    return ParseDict(request, pb.BatchTraceLotsRequest())

"""Requests as process sends them."""

from typing import Any

from plantmesh.common.v1.holds_pb2 import ApplyHoldsRequest, HoldBlock, LotHold
from plantmesh.common.v1.instant_pb2 import Instant
from plantmesh.common.v1.keys_pb2 import LotKey, OrderKey
from plantmesh.common.v1.quantity_pb2 import Quantity
from plantmesh.erp.v1 import postings_pb2 as pb

from tests.component.erp.conftest import Stubs
from tests.unit.erp.memory import NOON

ORDER = OrderKey(plant="lyon", order_no="4711")
LOT = LotKey(plant="lyon", item_no="widget", lot_no="L-7")


def line(value: str = "40", unit: str = "KGM", item_no: str = "widget", lot_no: str = "L-7") -> Any:
    """A line of a posting."""
    quantity = Quantity(value=value, unit=unit)
    return pb.PostingLine(item_no=item_no, lot_no=lot_no, quantity=quantity)


def posting(reference: str = "lyon/4711/1/yield", **change: Any) -> pb.Posting:
    """A yield of 40 kg in lot L-7 of order 4711."""
    occurred_at = Instant(offset_minutes=120)
    occurred_at.timestamp.FromDatetime(NOON)
    given = {
        "order": ORDER,
        "kind": pb.POSTING_KIND_YIELD,
        "lines": [line()],
        "occurred_at": occurred_at,
    }
    return pb.Posting(reference=reference, **{**given, **change})


def accept(*postings: pb.Posting, key: str = "k-1") -> pb.AcceptPostingsRequest:
    """The command."""
    return pb.AcceptPostingsRequest(idempotency_key=key, postings=postings or [posting()])


def hold(
    *blocks: HoldBlock.ValueType,
    active: bool = True,
    version: int = 1,
    lot: LotKey = LOT,
    hold_no: str = "H-1",
) -> ApplyHoldsRequest:
    """H-1 on L-7."""
    one = LotHold(hold_no=hold_no, lot=lot, active=active, version=version, blocks=blocks)
    key = f"{hold_no}-{active}-{version}-{lot.lot_no}"
    return ApplyHoldsRequest(idempotency_key=key, holds=[one])


async def states(erp: Stubs) -> list[tuple[str, int, str]]:
    """Of the order's postings: reference, state, and why."""
    found = await erp.postings.BatchGetPostings(pb.BatchGetPostingsRequest(orders=[ORDER]))
    return [(one.posting.reference, one.state, one.reason) for one in found.postings]

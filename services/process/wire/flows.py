"""Flows and their waits on the wire, and what this service tells."""

from collections.abc import Iterable

from google.protobuf.timestamp_pb2 import Timestamp
from plantmesh.common.v1 import quantity_pb2
from plantmesh.process.v1 import events_pb2, process_pb2

from services.kit.quantity import Quantity
from services.kit.wire import write_quantity
from services.process.domain.waits import OrderFlow, Wait
from services.process.ports import PostedPart
from services.process.wire.values import write_order


def write_flows(flows: Iterable[OrderFlow]) -> process_pb2.BatchGetOrderFlowsResponse:
    """Orders with their waits."""
    return process_pb2.BatchGetOrderFlowsResponse(flows=[_flow(one) for one in flows])


def write_posted(part: PostedPart) -> events_pb2.ProductionPosted:
    """A yield that is in the ERP."""
    posting, [line] = part.posting, part.posting.lines
    return events_pb2.ProductionPosted(
        order=write_order(posting.order),
        confirmation_no=posting.number,
        lot_no=line.lot_no,
        quantity=write_quantity(line.quantity),
        reference=posting.reference,
        document=part.document,
    )


def _flow(flow: OrderFlow) -> process_pb2.OrderFlow:
    message = process_pb2.OrderFlow(
        order=write_order(flow.order),
        confirmations=flow.confirmations,
        released=_amount(flow.released),
        waiting=_amount(flow.waiting),
        blocked=_amount(flow.blocked),
        scrapped=_amount(flow.scrapped),
        waits=[_wait(one) for one in flow.waits],
    )
    message.as_of.FromDatetime(flow.as_of)
    return message


def _wait(wait: Wait) -> process_pb2.Wait:
    since = Timestamp()
    since.FromDatetime(wait.since)
    return process_pb2.Wait(
        kind=process_pb2.WaitKind.Value(f"WAIT_KIND_{wait.kind.name}"),
        what=wait.what,
        why=wait.why,
        quantity=_amount(wait.quantity),
        since=since,
    )


def _amount(quantity: Quantity | None) -> quantity_pb2.Quantity | None:
    return None if quantity is None else write_quantity(quantity)

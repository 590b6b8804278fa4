"""What the platform says of an order, in its own words and by its own ports."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from plantmesh.common.v1 import quantity_pb2
from plantmesh.erp.v1 import postings_pb2 as erp
from plantmesh.mes.v1 import work_orders_pb2 as mes
from plantmesh.process.v1 import process_pb2 as process

from tools.demo.crew import Crew, order_keys
from tools.demo.plant import PLANT

POSTED, HELD = erp.POSTING_STATE_POSTED, erp.POSTING_STATE_HELD


@dataclass(frozen=True)
class Stand:
    """Of its yield: posted + held + scrapped + waiting. `scrap` is what the floor reported."""

    reports: int
    confirmed: Decimal
    scrap: Decimal
    posted: Decimal
    held: Decimal
    """Blocked by quality, or set aside in the ERP's lane because the lot is held."""
    scrapped: Decimal
    """By a disposition."""
    waiting: Decimal
    """For quality, for the ERP, or for a person."""
    on_the_way: int
    """Postings of any kind that the ERP does not have yet."""


async def stands(crew: Crew, orders: tuple[str, ...]) -> dict[str, Stand]:
    """By order number; an order that a service does not know is left out."""
    keys = order_keys(PLANT, orders)
    work = await crew.work_orders.BatchGetWorkOrders(mes.BatchGetWorkOrdersRequest(keys=keys))
    flow = await crew.flows.BatchGetOrderFlows(process.BatchGetOrderFlowsRequest(orders=keys))
    lane = await crew.postings.BatchGetPostings(erp.BatchGetPostingsRequest(orders=keys))
    flows = {one.order.order_no: one for one in flow.flows}
    return {
        order: _stand(one, flows[order], [p for p in lane.postings if _order(p) == order])
        for one in work.orders
        if (order := one.plan.key.order_no) in flows
    }


def _stand(
    work: mes.WorkOrder, flow: process.OrderFlow, postings: list[erp.PostingStatus]
) -> Stand:
    yields = [one for one in postings if one.posting.kind == erp.POSTING_KIND_YIELD]
    posted = _sum(one for one in yields if one.state == POSTED)
    set_aside = _sum(one for one in yields if one.state == HELD)
    return Stand(
        reports=work.last_confirmation_no,
        confirmed=_value(work.good),
        scrap=_value(work.scrap),
        posted=posted,
        held=set_aside + _value(flow.blocked),
        scrapped=_value(flow.scrapped),
        waiting=_value(flow.waiting) + _value(flow.released) - posted - set_aside,
        on_the_way=sum(one.state != POSTED for one in postings),
    )


def _order(status: erp.PostingStatus) -> str:
    return status.posting.order.order_no


def _sum(postings: Iterable[erp.PostingStatus]) -> Decimal:
    lines = (line for one in postings for line in one.posting.lines)
    return sum((_value(line.quantity) for line in lines), Decimal(0))


def _value(message: quantity_pb2.Quantity) -> Decimal:
    return Decimal(message.value or 0)

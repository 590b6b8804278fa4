"""Drift on the wire, and what peers say of their books."""

from collections.abc import Iterable

from google.protobuf.message import Message
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.erp.v1 import reading_pb2
from plantmesh.mes.v1 import work_orders_pb2
from plantmesh.process.v1 import drift_pb2, events_pb2
from plantmesh.wms.v1 import wms_pb2

from services.kit.paging import LARGEST_SIZE
from services.kit.quantity import Quantity
from services.kit.wire import read_quantity, write_moment, write_quantity
from services.process.domain.drift import CLASSES, Delivery, Goods, StockClass
from services.process.domain.keys import OrderKey
from services.process.ports.drifts import Drift, Run, Site
from services.process.wire.values import write_order


def write_drift(drift: Drift) -> drift_pb2.BalanceDrift:
    """One."""
    one = drift.compared
    subject = one.subject
    return drift_pb2.BalanceDrift(
        no=drift.no,
        plant=subject.plant,
        kind=drift_pb2.DriftKind.Value(f"DRIFT_KIND_{subject.kind.name}"),
        item_no=subject.item_no,
        lot_no=subject.lot_no,
        status=subject.status,
        order_no=subject.order_no,
        ours=write_quantity(one.ours),
        theirs=write_quantity(one.theirs),
        in_flight=write_quantity(one.in_flight),
        unexplained=write_quantity(one.unexplained),
        first_seen=write_moment(drift.first_seen),
        last_seen=write_moment(drift.last_seen),
        seen=drift.seen,
        resolved_at=write_moment(drift.resolved_at),
    )


def write_run(run: Run) -> drift_pb2.Reconciliation:
    """How far it is."""
    return drift_pb2.Reconciliation(
        no=run.no,
        plant=run.plant,
        asked_at=write_moment(run.asked_at),
        ended_at=write_moment(run.ended_at),
        compared=run.compared,
        uncompared=run.uncompared,
        drifting=run.drifting,
        trouble=run.trouble,
    )


def write_news(drift: Drift) -> tuple[str, Message]:
    """The key and the event of drift that has opened, or closed."""
    told = write_drift(drift)
    news = events_pb2.BalanceDriftResolved if drift.resolved_at else events_pb2.BalanceDriftFound
    return f"drift/{drift.compared.subject.plant}/{drift.no}", news(drift=told)


def read_sites(answer: reading_pb2.ListErpPlantsResponse) -> list[Site]:
    """Plants that an ERP serves."""
    return [Site(one.plant, one.time_zone) for one in answer.plants]


def list_balances(plant: str, cursor: str) -> wms_pb2.ListBalancesRequest:
    """A page of the warehouse's books."""
    page = PageRequest(size=LARGEST_SIZE, cursor=cursor)
    return wms_pb2.ListBalancesRequest(plant=plant, page=page)


def read_balances(answer: wms_pb2.ListBalancesResponse) -> Iterable[Goods]:
    """Our own, as far as an ERP has it in its stock."""
    for one in answer.balances:
        name = wms_pb2.StockStatus.Name(one.stock.status).removeprefix("STOCK_STATUS_").lower()
        status = CLASSES.get(name)
        if status and not one.stock.owner:
            yield Goods(one.stock.item_no, one.stock.lot_no, status, read_quantity(one.quantity))


def read_erp_stock(answer: reading_pb2.ReadErpStockResponse) -> Iterable[Goods]:
    """As the ERP has it."""
    for one in answer.stock:
        name = reading_pb2.ErpStockStatus.Name(one.status).removeprefix("ERP_STOCK_STATUS_")
        status = StockClass.ANY if name == "UNSPECIFIED" else StockClass[name]
        quantity = read_quantity(one.quantity) if one.HasField("quantity") else None
        yield Goods(one.item_no, one.lot_no, status, quantity, one.problem)


def read_deliveries(answer: reading_pb2.ReadErpDeliveriesResponse) -> Iterable[Delivery]:
    """As the ERP has them."""
    for one in answer.deliveries:
        quantity = read_quantity(one.quantity) if one.HasField("quantity") else None
        yield Delivery(one.order_no, quantity, one.problem)


def get_orders(keys: Iterable[OrderKey]) -> work_orders_pb2.BatchGetWorkOrdersRequest:
    """Some of the floor's orders."""
    return work_orders_pb2.BatchGetWorkOrdersRequest(keys=map(write_order, keys))


def read_made(answer: work_orders_pb2.BatchGetWorkOrdersResponse) -> dict[OrderKey, Quantity]:
    """The good output of each."""
    return {
        OrderKey(one.plan.key.plant, one.plan.key.order_no): read_quantity(one.good)
        for one in answer.orders
    }


def list_plants() -> reading_pb2.ListErpPlantsRequest:
    """All."""
    return reading_pb2.ListErpPlantsRequest()


def read_stock(plant: str, cursor: str) -> reading_pb2.ReadErpStockRequest:
    """A part of the ERP's stock."""
    return reading_pb2.ReadErpStockRequest(plant=plant, cursor=cursor)


def read_delivered(plant: str, cursor: str) -> reading_pb2.ReadErpDeliveriesRequest:
    """A part of its open orders."""
    return reading_pb2.ReadErpDeliveriesRequest(plant=plant, cursor=cursor)

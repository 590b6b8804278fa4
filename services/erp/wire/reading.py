"""What ERPs say they have, on the wire."""

from collections.abc import Iterable

from plantmesh.erp.v1 import reading_pb2 as pb

from services.erp.domain.reading import DeliveryRow, Sheet, StockClass, StockRow, Theirs
from services.erp.ports.reading import Served
from services.kit.wire import write_moment, write_quantity


def write_plants(plants: Iterable[Served]) -> pb.ListErpPlantsResponse:
    """Each with its ERP."""
    return pb.ListErpPlantsResponse(
        plants=[
            pb.ErpPlant(plant=one.plant, system=one.system, time_zone=one.time_zone)
            for one in plants
        ]
    )


def write_stock(
    sheet: Sheet[StockRow], rows: Iterable[Theirs[StockRow]]
) -> pb.ReadErpStockResponse:
    """A part."""
    return pb.ReadErpStockResponse(
        stock=[
            pb.ErpStock(
                item_no=one.row.item_no,
                lot_no=one.row.lot_no,
                status=_status(one.row.status),
                quantity=write_quantity(one.quantity) if one.quantity else None,
                problem=one.problem,
            )
            for one in rows
        ],
        as_of=write_moment(sheet.as_of),
        next_cursor=sheet.next,
    )


def write_deliveries(
    sheet: Sheet[DeliveryRow], rows: Iterable[Theirs[DeliveryRow]]
) -> pb.ReadErpDeliveriesResponse:
    """A part."""
    return pb.ReadErpDeliveriesResponse(
        deliveries=[
            pb.ErpDelivery(
                order_no=one.row.order_no,
                quantity=write_quantity(one.quantity) if one.quantity else None,
                problem=one.problem,
            )
            for one in rows
        ],
        as_of=write_moment(sheet.as_of),
        next_cursor=sheet.next,
    )


def _status(status: StockClass) -> "pb.ErpStockStatus.ValueType":
    if status is StockClass.ANY:
        return pb.ERP_STOCK_STATUS_UNSPECIFIED
    return pb.ErpStockStatus.Value(f"ERP_STOCK_STATUS_{status.name}")

"""Production orders: their shape, and how postings and people change them."""

from decimal import Decimal

from mocksap import clock, store
from mocksap.odata import SapError
from mocksap.schema import BOOL, DEC, DT, EntityType, Nav, Prop, S, Service
from mocksap.service import Response, _check_if_match

RELEASED, COMPLETED, PARTLY, DELIVERED = "I0002", "I0045", "I0074", "I0012"
_SHORT = {RELEASED: "REL", COMPLETED: "TECO", PARTLY: "PDLV", DELIVERED: "DLV"}
_OF_ORDER = [("ManufacturingOrder", "ManufacturingOrder")]


def _number(**more):
    return S("ManufacturingOrder", max_length=12, **more)


ORDER = EntityType(
    "A_ProductionOrder_2",
    [
        _number(key=True, nullable=False),
        S("ManufacturingOrderType", max_length=4),
        S("OrderLongText"),
        S("ProductionPlant", max_length=4),
        S("Material", max_length=40),
        DEC("TotalQuantity"),
        S("ProductionUnit", max_length=3),
        S("SalesOrder", max_length=10),
        S("SalesOrderItem", max_length=6),
        DT("MfgOrderPlannedStartDate"),
        Prop("MfgOrderPlannedStartTime", "Edm.Time"),
        DT("MfgOrderPlannedEndDate"),
        Prop("MfgOrderPlannedEndTime", "Edm.Time"),
        S("LastChangeDateTime", max_length=14, concurrency=True),
    ],
    [
        Nav("to_ProductionOrderComponent", "A_ProductionOrderComponent_2", "*", _OF_ORDER),
        Nav("to_ProductionOrderOperation", "A_ProductionOrderOperation_2", "*", _OF_ORDER),
        Nav("to_ProductionOrderStatus", "A_ProductionOrderStatus_2", "*", _OF_ORDER),
    ],
    label="Production Order",
)
_COMPONENT = EntityType(
    "A_ProductionOrderComponent_2",
    [
        S("Reservation", key=True, nullable=False, max_length=10),
        S("ReservationItem", key=True, nullable=False, max_length=4),
        _number(),
        S("BillOfMaterialItemNumber", max_length=4),
        S("Material", max_length=40),
        DEC("RequiredQuantity"),
        S("BaseUnit", max_length=3),
    ],
)
_OPERATION = EntityType(
    "A_ProductionOrderOperation_2",
    [
        S("OrderInternalBillOfOperations", key=True, nullable=False, max_length=10),
        S("OrderIntBillOfOperationsItem", key=True, nullable=False, max_length=8),
        _number(),
        S("ManufacturingOrderOperation", max_length=4),
        S("MfgOrderOperationText", max_length=40),
        S("WorkCenter", max_length=8),
    ],
)
STATUS = EntityType(
    "A_ProductionOrderStatus_2",
    [
        _number(key=True, nullable=False),
        S("StatusCode", key=True, nullable=False, max_length=5),
        BOOL("IsUserStatus"),
        S("StatusShortName", max_length=4),
    ],
)
TYPES = (ORDER, _COMPONENT, _OPERATION, STATUS)
SERVICE = Service(
    "API_PRODUCTION_ORDER_2_SRV",
    "API_PRODUCTION_ORDER_2_SRV",
    "Production Order",
    {kind.name: kind.name for kind in TYPES},
)


def order_of(ctx, number):
    """The order that takes a posting; refused where it takes none."""
    order = store.get(ctx.conn, ORDER, {"ManufacturingOrder": number})
    if order is None:
        raise SapError(f"Order {number} not found", 400, code="CO/017")
    words = statuses(ctx, number)
    if COMPLETED in words:
        raise SapError(f"System status TECO is active (ORD {number})", 400, code="BS/013")
    if RELEASED not in words:
        raise SapError(f"Order {number} is not released", 400, code="BS/007")
    return order


def statuses(ctx, number):
    """Codes of what holds of an order."""
    rows = store.query(ctx.conn, STATUS, '"ManufacturingOrder" = ?', (number,))
    return {row["StatusCode"] for row in rows}


def deliver(ctx, order, received):
    """Say of an order how much of it arrived, where that is news."""
    number = order["ManufacturingOrder"]
    reached = DELIVERED if received >= Decimal(order["TotalQuantity"]) else PARTLY
    wanted = {reached} if received > 0 else set()
    if statuses(ctx, number) & {PARTLY, DELIVERED} != wanted:
        _become(ctx, number, without=(PARTLY, DELIVERED), added=wanted)


def complete(ctx, opts, headers):
    """TechlyCmpltOrder: the order takes no more."""
    number = opts.get("ManufacturingOrder", "").strip("'")
    keys = {"ManufacturingOrder": number}
    _check_if_match(ctx, ORDER, keys, headers)
    order_of(ctx, number)
    _become(ctx, number, without=(RELEASED,), added={COMPLETED})
    return Response(body={"d": {"TechlyCmpltOrder": {"FunctionMessage": ""}}})


def _become(ctx, number, *, without, added):
    for code in without:
        ctx.conn.execute(
            'DELETE FROM "A_ProductionOrderStatus_2"'
            ' WHERE "ManufacturingOrder" = ? AND "StatusCode" = ?',
            (number, code),
        )
    for code in added:
        ctx.conn.execute(
            'INSERT INTO "A_ProductionOrderStatus_2" VALUES (?, ?, 0, ?)',
            (number, code, _SHORT[code]),
        )
    ctx.conn.execute(
        'UPDATE "A_ProductionOrder_2" SET "LastChangeDateTime" = ? WHERE "ManufacturingOrder" = ?',
        (clock.now().strftime("%Y%m%d%H%M%S"), number),
    )
    ctx.conn.commit()

"""What wms tells of movements, as operations on lots; and quality's word on them."""

from collections.abc import Callable, Mapping
from datetime import datetime

from plantmesh.quality.v1 import quality_pb2
from plantmesh.wms.v1 import wms_pb2 as pb

from services.kit.wire import read_instant, read_moment, read_quantity
from services.mes.application.follow_quality import Word
from services.mes.domain.keys import LotKey, ReportKey
from services.mes.domain.lot_operation import LotOperation, Part, Receive, Relabel, Ship, What
from services.mes.domain.lot_state import LotQuality
from services.mes.domain.voiding import Void, VoidReason
from services.mes.wire.keys import read_lot_key


def read_moved(message: pb.Movement, by: str, at: datetime) -> LotOperation | Void | None:
    """None of what is no business of genealogy, stays in its plant, or is not kept in lots."""
    plant = message.stock.plant
    if not message.stock.lot_no or message.to.plant == plant:
        return None
    if message.type == pb.MOVEMENT_TYPE_REVERSAL:
        original = ReportKey(plant, message.reverses)
        return Void(original, VoidReason.DID_NOT_OCCUR, by, at, (message.reference,))
    read = _READ.get(message.type)
    if read is None:
        return None
    occurred_at = read_instant(message.occurred_at, field="movement.occurred_at")
    return LotOperation(message.reference, plant, occurred_at, read(message), reason=message.reason)


def read_arrived(message: pb.Movement, by: str, at: datetime) -> LotOperation | Void | None:
    """What came from another plant, as an operation of the plant that it came to; None of the rest.

    Its id there is "<plant that sent it>/<reference>".
    """
    sent, here = message.stock, _read_target(message)
    if not sent.lot_no or here.plant == sent.plant:
        return None
    if message.type == pb.MOVEMENT_TYPE_REVERSAL:
        original = ReportKey(here.plant, f"{sent.plant}/{message.reverses}")
        told = f"{sent.plant}/{message.reference}"
        return Void(original, VoidReason.DID_NOT_OCCUR, by, at, (told,))
    occurred_at = read_instant(message.occurred_at, field="movement.occurred_at")
    part = _read_part(message)
    what = Receive(part._replace(lot=here), sent_as=part.lot)
    id = f"{sent.plant}/{message.reference}"
    return LotOperation(id, here.plant, occurred_at, what, reason=message.reason)


def read_word(message: quality_pb2.LotWord) -> Word:
    """What quality says of a lot."""
    name = quality_pb2.LotQualityStatus.Name(message.status).removeprefix("LOT_QUALITY_STATUS_")
    return Word(read_lot_key(message.lot), LotQuality[name], message.version, message.reason)


def _read_receipt(message: pb.Movement) -> What:
    told = message.received_from
    expiry_at = None
    if told.HasField("expiry_at"):
        expiry_at = read_moment(told.expiry_at, field="movement.received_from.expiry_at")
    return Receive(
        part=_read_part(message),
        supplier=told.supplier,
        supplier_lot=told.supplier_lot,
        manufacturer=told.manufacturer,
        country=told.country_of_origin,
        expiry_at=expiry_at,
        purchase_order_no=told.purchase_order_no,
    )


def _read_shipment(message: pb.Movement) -> What:
    """To a customer, or to another plant."""
    told = message.shipped_to
    shipment_no = told.shipment_no or message.delivery_no.partition("/")[0] or message.reference
    return Ship(_read_part(message), shipment_no, told.customer, told.sales_order_no)


def _read_relabel(message: pb.Movement) -> What:
    part = _read_part(message)
    return Relabel(part.lot, _read_target(message), part.quantity)


_READ: Mapping["pb.MovementType.ValueType", Callable[[pb.Movement], What]] = {
    pb.MOVEMENT_TYPE_RECEIPT_PURCHASE: _read_receipt,
    pb.MOVEMENT_TYPE_RECEIPT_GR_BLOCKED: _read_receipt,
    pb.MOVEMENT_TYPE_RECEIPT_VALUATED: _read_receipt,
    pb.MOVEMENT_TYPE_ISSUE_TO_DELIVERY: _read_shipment,
    pb.MOVEMENT_TYPE_TRANSFER_PLANT: _read_shipment,
    pb.MOVEMENT_TYPE_TRANSFER_PLANT_OUT: _read_shipment,
    pb.MOVEMENT_TYPE_RELABEL: _read_relabel,
}


def _read_part(message: pb.Movement) -> Part:
    stock = message.stock
    lot = LotKey(stock.plant, stock.item_no, stock.lot_no)
    return Part(lot, read_quantity(message.quantity, field="movement.quantity"))


def _read_target(message: pb.Movement) -> LotKey:
    """The lot that it becomes."""
    stock, to = message.stock, message.to
    return LotKey(to.plant or stock.plant, to.item_no or stock.item_no, to.lot_no or stock.lot_no)

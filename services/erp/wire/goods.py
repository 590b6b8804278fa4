"""What the warehouse tells of a movement, and what reference says that it is worth."""

from collections.abc import Iterable
from datetime import UTC, date
from decimal import Decimal
from fractions import Fraction

from plantmesh.reference.v1 import records_pb2, reference_pb2
from plantmesh.wms.v1 import wms_pb2

from services.erp.domain.accounts import DOMAIN, AccountMapping
from services.erp.domain.booking import BOOKINGS, Booking
from services.erp.domain.cost import StandardCost, ValuedItem
from services.erp.domain.goods import GoodsMovement, MovementKey, Side, StockStatus
from services.kit.copies import Kind
from services.kit.copies.measures import kind_of_lots
from services.kit.quantity import Measures
from services.kit.wire import read_instant, read_quantity

ITEMS = Kind(
    "item", reference_pb2.Item, key=lambda item: item.item_no, version=lambda item: item.version
)
LOTS = kind_of_lots(records_pb2.LotConversion)
COSTS = Kind(
    "standard_cost",
    records_pb2.StandardCost,
    key=lambda one: "/".join((one.plant, one.item_no, one.valid_from)),
    version=lambda one: one.version,
    scope=lambda one: costs_scope(one.plant, one.item_no),
)


def costs_scope(plant: str, item_no: str) -> str:
    """The list of an item's costs at a plant."""
    return f"{plant}/{item_no}"


def read_goods(message: wms_pb2.Movement) -> GoodsMovement:
    """A movement with its sides; raises InvalidError naming what cannot be read."""
    type = wms_pb2.MovementType.Name(message.type).removeprefix("MOVEMENT_TYPE_").lower()
    stock, booking = message.stock, BOOKINGS.get(type)
    here = Side(stock.plant, stock.item_no, _status(stock.status), stock.owner)
    change = read_quantity(message.quantity, field="movement.quantity")
    return GoodsMovement(
        MovementKey(stock.plant, message.reference),
        type,
        here,
        change if booking is None or booking.adds else -change,
        read_instant(message.occurred_at, field="movement.occurred_at"),
        _other_side(here, booking, message.to) if booking and booking.two_sided else None,
        stock.lot_no,
        message.order_no,
        message.reverses,
    )


def read_measures(item: reference_pb2.Item) -> Measures:
    """The units it is counted in, whatever the day."""
    ratios = tuple(
        (getattr(one, "from"), one.to, Fraction(one.numerator, one.denominator))
        for one in item.conversions
        if not one.valid_from
    )
    return Measures(item.base_unit, ratios)


def read_valued(
    plant: str, item: reference_pb2.Item, costs: Iterable[records_pb2.StandardCost]
) -> ValuedItem:
    """Classes as the item names them, then its type (RAW, FINISHED)."""
    type = reference_pb2.ItemType.Name(item.type).removeprefix("ITEM_TYPE_")
    return ValuedItem(
        plant,
        item.item_no,
        read_measures(item),
        (*item.classes, type),
        tuple(
            StandardCost(
                Decimal(one.amount),
                one.currency,
                read_quantity(one.per),
                date.fromisoformat(one.valid_from) if one.valid_from else date.min,
            )
            for one in costs
            if not one.withheld
        ),
    )


def read_accounts(mappings: Iterable[reference_pb2.CodeMapping]) -> list[AccountMapping]:
    """Of the domain "account", what was approved; a time that is unset is 1970, the beginning."""
    return [
        AccountMapping(
            one.code.plant,
            one.code.code,
            one.canonical,
            one.valid_from.ToDatetime(UTC),
            one.valid_to.ToDatetime(UTC) if one.HasField("valid_to") else None,
        )
        for one in mappings
        if one.code.domain == DOMAIN and one.status != reference_pb2.CODE_STATUS_DRAFT
    ]


def _other_side(here: Side, booking: Booking, to: wms_pb2.StockTarget) -> Side:
    status = _status(to.status) if to.status else booking.into or here.status
    owner = "" if booking.takes_over else here.owner
    return Side(to.plant or here.plant, to.item_no or here.item_no, status, owner)


def _status(value: wms_pb2.StockStatus.ValueType) -> StockStatus:
    return StockStatus(wms_pb2.StockStatus.Name(value).removeprefix("STOCK_STATUS_").lower())

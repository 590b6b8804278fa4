"""Production orders of API_PRODUCTION_ORDER_2_SRV, and how they read in our words."""

import datetime as dt
from collections.abc import Collection, Mapping

import msgspec
from msgspec import Struct, field

from services.erp.adapters.odata.feed import Kind, Place
from services.erp.adapters.odata.papers import (
    About,
    Results,
    complete,
    page,
    read_number,
    read_paper,
    told,
)
from services.erp.adapters.odata.session import Session, address
from services.erp.adapters.odata.values import (
    key,
    literal,
    read_moment,
    read_stamp,
    write_stamp,
)
from services.erp.domain.document import ComponentDocument, OperationDocument, OrderDocument

SERVICE, SET = "API_PRODUCTION_ORDER_2_SRV", "A_ProductionOrder_2"
COMPLETED = "TECO"
_EXPAND = ",".join(f"to_ProductionOrder{part}" for part in ("Component", "Operation", "Status"))


class Component(Struct):
    """A line of an order's bill of material."""

    position: str = field(name="BillOfMaterialItemNumber")
    material: str = field(name="Material")
    amount: str = field(name="RequiredQuantity")
    unit: str = field(name="BaseUnit")
    backflush: bool | None = field(name="MatlCompIsMarkedForBackflush", default=None)
    operation: str | None = field(name="ManufacturingOrderOperation", default=None)
    lot: str | None = field(name="Batch", default=None)


class Operation(Struct):
    """A step of an order's routing."""

    number: str = field(name="ManufacturingOrderOperation")
    text: str = field(name="MfgOrderOperationText")
    work_center: str = field(name="WorkCenter")
    control: str | None = field(name="OperationControlProfile", default=None)


class Status(Struct):
    """One of all that hold at once."""

    name: str = field(name="StatusShortName")
    of_user: bool = field(name="IsUserStatus", default=False)


class Order(Struct):
    """A production order; `text` is where we leave our word when we close it."""

    about: About = field(name="__metadata")
    number: str = field(name="ManufacturingOrder")
    plant: str = field(name="ProductionPlant")
    material: str = field(name="Material")
    amount: str = field(name="TotalQuantity")
    unit: str = field(name="ProductionUnit")
    changed: str = field(name="LastChangeDateTime")
    components: Results[Component] = field(name="to_ProductionOrderComponent")
    operations: Results[Operation] = field(name="to_ProductionOrderOperation")
    statuses: Results[Status] = field(name="to_ProductionOrderStatus")
    text: str = field(name="OrderLongText", default="")
    start_day: str | None = field(name="MfgOrderPlannedStartDate", default=None)
    start_time: str | None = field(name="MfgOrderPlannedStartTime", default=None)
    end_day: str | None = field(name="MfgOrderPlannedEndDate", default=None)
    end_time: str | None = field(name="MfgOrderPlannedEndTime", default=None)
    sales_order: str = field(name="SalesOrder", default="")
    sales_item: str = field(name="SalesOrderItem", default="")

    @property
    def words(self) -> tuple[str, ...]:
        """The system's statuses; a customer's own are not ours to judge."""
        return tuple(one.name for one in self.statuses.results if not one.of_user)


class _Place(Struct):
    number: str = field(name="ManufacturingOrder")
    plant: str = field(name="ProductionPlant")
    changed: str = field(name="LastChangeDateTime")


def production(plants: Mapping[str, str], zone: dt.tzinfo) -> Kind[OrderDocument]:
    """Production orders; `plants` = ours by theirs, `zone` = of planned times."""
    return Kind(
        service=SERVICE,
        entities=SET,
        number="ManufacturingOrder",
        changed="LastChangeDateTime",
        expand=_EXPAND,
        place=_place,
        stamp=literal,
        back=_back,
        read=lambda content: read_order(content, plants, zone),
        narrow=_any("ProductionPlant", plants) if plants else "",
    )


class Orders:
    """What there is to read. All calls raise StoppedError."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def one(self, number: str) -> msgspec.Raw | None:
        """As it is now, None when there is none."""
        path = address(f"{SET}{key(ManufacturingOrder=number)}", expand=_EXPAND)
        return await self._session.read(SERVICE, path)

    async def many(self, numbers: Collection[str]) -> Mapping[str, Order]:
        """Those that exist, by number."""
        path = address(SET, filter=_any("ManufacturingOrder", numbers), expand=_EXPAND)
        pages = await self._session.read_whole(SERVICE, [path])
        return {order.number: order for one in pages for order in page(one, Order)}


def _place(order: msgspec.Raw) -> Place:
    found = told(order, _Place)
    return Place(found.number, found.changed, frozenset({found.plant}))


def _back(since: str, overlap: float) -> str:
    """A stamp, so many seconds earlier."""
    return write_stamp(read_stamp(since, "mark") - dt.timedelta(seconds=overlap))


def read_order(content: bytes, plants: Mapping[str, str], zone: dt.tzinfo) -> OrderDocument:
    """In our words; `plants` = ours by theirs, `zone` = of planned times. Raises InvalidError."""
    order = read_paper(content, Order)
    return OrderDocument(
        plant=plants.get(order.plant, order.plant),
        order_no=order.number,
        item_no=order.material,
        amount=order.amount,
        unit=order.unit,
        statuses=order.words,
        version=order.about.etag or order.changed,
        as_of=read_stamp(order.changed, "LastChangeDateTime"),
        due_start=read_moment(order.start_day, order.start_time, zone, "MfgOrderPlannedStartDate"),
        due_end=read_moment(order.end_day, order.end_time, zone, "MfgOrderPlannedEndDate"),
        components=tuple(
            ComponentDocument(
                read_number(one.position),
                one.material,
                one.amount,
                one.unit,
                bool(one.backflush),
                read_number(one.operation) if one.operation else 0,
                one.lot or "",
            )
            for one in complete(order.components)
        ),
        operations=tuple(
            OperationDocument(read_number(one.number), one.text, one.work_center, one.control or "")
            for one in complete(order.operations)
        ),
        sales_order=order.sales_order,
        sales_line=read_number(order.sales_item) if order.sales_item else 0,
    )


def _any(name: str, values: Collection[str]) -> str:
    return f"({' or '.join(f'{name} eq {literal(value)}' for value in sorted(values))})"

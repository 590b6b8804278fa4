"""Production orders of API_PRODUCTION_ORDER_2_SRV, and how they read in our words."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct, field

from services.erp.adapters.odata.outcomes import StoppedError
from services.erp.adapters.odata.session import Session, address
from services.erp.adapters.odata.values import (
    key,
    literal,
    read_moment,
    read_stamp,
    write_stamp,
)
from services.erp.domain.document import ComponentDocument, OperationDocument, OrderDocument
from services.kit.errors import InvalidError
from services.kit.lanes.outcome import Unavailable

SERVICE, SET = "API_PRODUCTION_ORDER_2_SRV", "A_ProductionOrder_2"
COMPLETED = "TECO"
_EXPAND = ",".join(f"to_ProductionOrder{part}" for part in ("Component", "Operation", "Status"))
_T = TypeVar("_T")


class Results(Struct, Generic[_T]):
    """A collection; `rest` says where the ERP keeps what it left out."""

    results: list[_T]
    rest: str = field(name="__next", default="")


class Component(Struct):
    """A line of an order's bill of material."""

    position: str = field(name="BillOfMaterialItemNumber")
    material: str = field(name="Material")
    amount: str = field(name="RequiredQuantity")
    unit: str = field(name="BaseUnit")


class Operation(Struct):
    """A step of an order's routing."""

    number: str = field(name="ManufacturingOrderOperation")
    text: str = field(name="MfgOrderOperationText")
    work_center: str = field(name="WorkCenter")


class Status(Struct):
    """One of all that hold at once."""

    name: str = field(name="StatusShortName")
    of_user: bool = field(name="IsUserStatus", default=False)


class About(Struct):
    """What the ERP says of the entity itself."""

    etag: str = ""


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

    @property
    def words(self) -> tuple[str, ...]:
        """The system's statuses; a customer's own are not ours to judge."""
        return tuple(one.name for one in self.statuses.results if not one.of_user)


class Place(Struct):
    """Where an order stands in the feed."""

    number: str = field(name="ManufacturingOrder")
    plant: str = field(name="ProductionPlant")
    changed: str = field(name="LastChangeDateTime")


class Orders:
    """What there is to read. All calls raise StoppedError."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def page(
        self, plants: Collection[str], since: str, after: str, limit: int
    ) -> tuple[list[msgspec.Raw], bool]:
        """Orders changed since a stamp, oldest first, and whether there are more; with `after`,
        behind that order of it.
        """
        asked = [_any("ProductionPlant", plants)]
        if after:
            same = f"LastChangeDateTime eq {literal(since)}"
            behind = f"ManufacturingOrder gt {literal(after)}"
            asked.append(f"(LastChangeDateTime gt {literal(since)} or ({same} and {behind}))")
        elif since:
            asked.append(f"LastChangeDateTime ge {literal(since)}")
        path = address(
            SET,
            filter=" and ".join(asked),
            orderby="LastChangeDateTime,ManufacturingOrder",
            top=str(limit),
            expand=_EXPAND,
        )
        [found] = await self._session.read_many(SERVICE, [path])
        page = told(found, Results[msgspec.Raw])
        return page.results, bool(page.rest) or len(page.results) >= limit

    async def one(self, number: str) -> msgspec.Raw | None:
        """As it is now, None when there is none."""
        path = address(f"{SET}{key(ManufacturingOrder=number)}", expand=_EXPAND)
        return await self._session.read(SERVICE, path)

    async def many(self, numbers: Collection[str]) -> Mapping[str, Order]:
        """Those that exist, by number."""
        path = address(SET, filter=_any("ManufacturingOrder", numbers), expand=_EXPAND)
        [found] = await self._session.read_many(SERVICE, [path])
        return {order.number: order for order in whole(found, Order)}


def told(content: msgspec.Raw, kind: type[_T]) -> _T:
    """Raises StoppedError when it is something else."""
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.DecodeError as error:
        raise StoppedError(Unavailable("the ERP answered with something else")) from error


def whole(content: msgspec.Raw, kind: type[_T]) -> list[_T]:
    """A collection; raises StoppedError when the ERP told only a part of it."""
    found = told(content, Results[kind])  # type: ignore[valid-type]
    if found.rest:
        raise StoppedError(Unavailable("the ERP told only a part"))
    return found.results


def back(since: str, overlap: float) -> str:
    """A stamp, so many seconds earlier."""
    return write_stamp(read_stamp(since, "mark") - dt.timedelta(seconds=overlap))


def read_order(content: bytes, plants: Mapping[str, str], zone: dt.tzinfo) -> OrderDocument:
    """In our words; `plants` = ours by theirs, `zone` = of planned times. Raises InvalidError."""
    try:
        order = msgspec.json.decode(content, type=Order)
    except msgspec.DecodeError as error:
        what, _, where = str(error).partition(" - at `$.")
        raise InvalidError(
            f"the ERP's order cannot be read: {what}",
            code="unreadable_order",
            field=where.rstrip("`"),
        ) from error
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
            ComponentDocument(_number(one.position), one.material, one.amount, one.unit)
            for one in order.components.results
        ),
        operations=tuple(
            OperationDocument(_number(one.number), one.text, one.work_center)
            for one in order.operations.results
        ),
    )


def _any(name: str, values: Collection[str]) -> str:
    return f"({' or '.join(f'{name} eq {literal(value)}' for value in sorted(values))})"


def _number(text: str) -> int:
    if not text.isdecimal():
        raise InvalidError(f"{text[:40]!r} is no position", code="unreadable_order")
    return int(text)

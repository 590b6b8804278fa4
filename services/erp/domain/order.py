"""A production order as the ERP knows it. Its statuses are several at once, never one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.erp.domain.keys import OrderKey
from services.erp.domain.news import is_news
from services.kit.errors import InvalidError
from services.kit.quantity import Quantity


class Lifecycle(StrEnum):
    """How far the ERP has let the order go."""

    PLANNED = "planned"
    RELEASED = "released"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Confirmed(StrEnum):
    """How far the order is reported; FINAL says that nothing more will be, not how much was."""

    NONE = "none"
    PARTIAL = "partial"
    FINAL = "final"


class Extent(StrEnum):
    """How much of the order is delivered."""

    NONE = "none"
    PARTIAL = "partial"
    FULL = "full"


class News(StrEnum):
    """What others are told of an order."""

    RELEASED = "released"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Status:
    """Everything the ERP says at once; SAP's REL PCNF PDLV is three of these.

    Source: domain model 3.2.
    """

    lifecycle: Lifecycle = Lifecycle.PLANNED
    confirmation: Confirmed = Confirmed.NONE
    delivery: Extent = Extent.NONE
    technically_complete: bool = False
    material_shortage: bool = False
    quality_hold: bool = False


class Control(StrEnum):
    """What the control key of an operation says of reporting it. Source: domain model 3.1."""

    NONE = "none"
    """Reported if the floor cares to."""
    CONFIRM = "confirm"
    MILESTONE = "milestone"
    """Its report says that everything before it was done."""
    UNREPORTED = "unreported"


@dataclass(frozen=True, slots=True)
class Component:
    """A material the order consumes; `position` as in the ERP's bill of material.

    With `backflush` nobody reports it: it follows from what `operation` makes (0 = the last one),
    out of `lot_no`.
    """

    position: int
    item_no: str
    quantity: Quantity
    backflush: bool = False
    operation: int = 0
    lot_no: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """A step of the order's routing."""

    sequence: int
    segment: str
    work_center: str
    control: Control = Control.NONE


@dataclass(frozen=True, slots=True)
class SalesLine:
    """The line of a sales order that a production order makes for; 0 = of the order as a whole."""

    order_no: str
    line_no: int = 0


@dataclass(frozen=True, slots=True)
class ProductionOrder:
    """An order in canonical codes. `version` and `as_of` are the ERP's own."""

    key: OrderKey
    system: str
    item_no: str
    quantity: Quantity
    status: Status
    version: str
    as_of: datetime
    due_start: datetime | None = None
    due_end: datetime | None = None
    components: tuple[Component, ...] = ()
    operations: tuple[Operation, ...] = ()
    sales_line: SalesLine | None = None

    def __post_init__(self) -> None:
        """Refuse an order that asks for nothing, or for no item."""
        if not self.item_no:
            raise InvalidError("an order needs its item", field="item_no")
        if self.quantity.value <= 0:
            raise InvalidError(
                f"an order of {self.quantity} makes nothing",
                code="not_positive",
                field="quantity.value",
            )
        steps = {0, *(one.sequence for one in self.operations)}
        for place, one in enumerate(self.components):
            if one.operation not in steps:
                raise InvalidError(
                    f"order {self.key} has no operation {one.operation}",
                    code="unknown_operation",
                    field=f"components[{place}].operation",
                    hint="have the bill of material of the order assigned to its own routing",
                )


def tell(known: ProductionOrder | None, new: ProductionOrder) -> News | None:
    """What is new about an order; None when it is what we know, or older.

    Raises InvalidError when another ERP claims an order number of the same plant.
    """
    if known is None:
        return News.RELEASED if _released(new) else News.CHANGED
    if not is_news(known, new):
        return None
    return News.RELEASED if _released(new) and not _released(known) else News.CHANGED


def _released(order: ProductionOrder) -> bool:
    return order.status.lifecycle is Lifecycle.RELEASED

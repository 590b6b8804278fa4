"""What passes the border to an ERP, in that ERP's own codes; nothing here is canonical yet."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from services.erp.domain.posting import Kind
from services.kit.clock import Instant


@dataclass(frozen=True, slots=True)
class ComponentDocument:
    """A component. `amount` is a decimal string, `unit` the ERP's code."""

    position: int
    item_no: str
    amount: str
    unit: str
    backflush: bool = False
    operation: int = 0
    lot_no: str = ""


@dataclass(frozen=True, slots=True)
class OperationDocument:
    """A step; `work_center` and `control_key` are the ERP's codes, "" where it has none."""

    sequence: int
    segment: str
    work_center: str
    control_key: str = ""


@dataclass(frozen=True, slots=True)
class OrderDocument:
    """An order as an adapter read it: names are ours, codes are the ERP's.

    `statuses` are all that hold at once. `version` is the ERP's own (ETag, change stamp) and
    `as_of` its time of the change. `sales_order` is what it is made for, "" = for stock.
    """

    plant: str
    order_no: str
    item_no: str
    amount: str
    unit: str
    statuses: tuple[str, ...]
    version: str
    as_of: datetime
    due_start: datetime | None = None
    due_end: datetime | None = None
    components: tuple[ComponentDocument, ...] = ()
    operations: tuple[OperationDocument, ...] = ()
    sales_order: str = ""
    sales_line: int = 0


@dataclass(frozen=True, slots=True)
class LineDocument:
    """A line of a posting in the ERP's codes; `lot_no` and `reason` may be empty."""

    item_no: str
    lot_no: str
    amount: Decimal
    unit: str
    reason: str


@dataclass(frozen=True, slots=True)
class PostingDocument:
    """A posting for an ERP. Its documents shall carry `reference`."""

    plant: str
    order_no: str
    reference: str
    kind: Kind
    lines: tuple[LineDocument, ...]
    occurred_at: Instant
    business_date: date


@dataclass(frozen=True, slots=True)
class Sought:
    """Which documents to look for: those of this order that carry `reference`."""

    plant: str
    order_no: str
    reference: str

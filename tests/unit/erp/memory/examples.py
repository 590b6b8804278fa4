"""Orders and postings to fill the books with."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from services.erp.domain.codes import Code
from services.erp.domain.document import ComponentDocument, OperationDocument, OrderDocument
from services.erp.domain.keys import LotKey, OrderKey
from services.erp.domain.order import Lifecycle, ProductionOrder, Status
from services.erp.domain.posting import Kind, Line, Posting
from services.kit.clock import Instant
from services.kit.quantity import Quantity

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ORDER = OrderKey("lyon", "4711")
LOT = LotKey("lyon", "widget", "L-7")
CODES = (
    Code("uom", "KG", "KGM"),
    Code("status", "REL", "lifecycle.released"),
    Code("status", "PCNF", "confirmation.partial"),
    Code("status", "TECO", "technically_complete"),
    Code("status", "PRT", "none"),
    Code("work_center", "W1", "lyon/press-1"),
    Code("reason", "01", "worn_tool"),
)


def kg(value: str) -> Quantity:
    """Kilograms."""
    return Quantity(Decimal(value), "KGM")


def order(key: OrderKey = ORDER, **change: object) -> ProductionOrder:
    """A released order of 100 kg widgets."""
    plain = ProductionOrder(
        key, "erp-1", "widget", kg("100"), Status(Lifecycle.RELEASED), "v1", NOON
    )
    return replace(plain, **change)  # type: ignore[arg-type]


def posting(reference: str = "lyon/4711/1/yield", **change: object) -> Posting:
    """A yield of 40 kg in lot L-7 at noon UTC."""
    plain = Posting(
        reference,
        ORDER,
        Kind.YIELD,
        Instant(NOON, 120),
        date(2026, 5, 4),
        (Line("widget", kg("40"), "L-7"),),
    )
    return replace(plain, **change)  # type: ignore[arg-type]


def document(**change: object) -> OrderDocument:
    """The order as the ERP spells it."""
    plain = OrderDocument(
        "lyon",
        "4711",
        "widget",
        "100",
        "KG",
        ("REL", "PCNF", "PRT"),
        "v1",
        NOON,
        components=(ComponentDocument(10, "steel", "120.5", "KG"),),
        operations=(OperationDocument(10, "pressing", "W1"),),
    )
    return replace(plain, **change)  # type: ignore[arg-type]

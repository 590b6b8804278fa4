"""What an order waits for, and why; as people and the graph see it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.kit.quantity import Quantity
from services.process.domain.keys import OrderKey


class WaitKind(StrEnum):
    """Who or what ends a wait."""

    QUALITY = "quality"
    HOLD = "hold"
    ERP = "erp"
    PERSON = "person"
    PEER = "peer"


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing an order waits for. `what` names it: an inspection, a lot, a reference."""

    kind: WaitKind
    what: str
    why: str
    since: datetime
    quantity: Quantity | None = None


@dataclass(frozen=True, slots=True)
class OrderFlow:
    """An order as this service knows it; quantities are of its good output."""

    order: OrderKey
    confirmations: int
    released: Quantity | None
    waiting: Quantity | None
    blocked: Quantity | None
    scrapped: Quantity | None
    waits: tuple[Wait, ...]
    as_of: datetime

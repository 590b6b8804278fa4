"""What machines counted and nobody could book: why an order lags behind its machine."""

from datetime import datetime
from typing import Self

import strawberry

from services.kit.graph import Quantity
from services.mes.domain import counting
from services.mes.domain.keys import OrderKey
from services.mes.domain.look import CountKind
from services.mes.graph.entities import Order

strawberry.enum(CountKind, description="What a counter counts.")


@strawberry.type(description="What one counter of a machine moved on, waiting for a person.")
class UncountedDifference:
    """`order` is the one the machine named, be it known here or not."""

    id: strawberry.ID
    equipment: str
    counter: str
    kind: CountKind
    quantity: Quantity
    order: Order | None = strawberry.field(description="Null where the machine named none.")
    lot_no: str
    read_at: datetime
    code: str = strawberry.field(description="Why it was not booked; stable.")
    reason: str

    @classmethod
    def of(cls, row: counting.Uncounted) -> Self:
        """Wrap a domain row."""
        one = row.difference
        order_no, lot_no = one.after
        return cls(
            id=strawberry.ID(one.id),
            equipment=one.equipment,
            counter=one.reading.counter,
            kind=one.reading.kind,
            quantity=Quantity.of(one.quantity),
            order=Order.of(OrderKey(one.plant, order_no)) if order_no else None,
            lot_no=lot_no,
            read_at=one.read_at.moment,
            code=one.doubt.code if one.doubt else "",
            reason=one.doubt.reason if one.doubt else "",
        )

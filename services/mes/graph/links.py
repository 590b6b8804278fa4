"""Edges of the genealogy as seen from one of their ends."""

from typing import TYPE_CHECKING, Self

import strawberry

from services.kit.graph import Quantity
from services.mes.domain.genealogy import Edge, Kind
from services.mes.graph.lazy import LazyLot, LazyOrder

if TYPE_CHECKING:
    from services.mes.graph.entities import Lot, Order

strawberry.enum(Kind, name="LotLinkKind", description="How one lot went into another.")


@strawberry.type(description="That one lot went into another, and in which order.")
class LotUse:
    """The other end of an edge that an order made."""

    lot: LazyLot
    order: LazyOrder
    quantity: Quantity | None = strawberry.field(
        description="How much of the lot that was used; null where the share is not known."
    )

    @classmethod
    def of(cls, edge: Edge, lot: "Lot", order: "Order") -> Self:
        """Wrap an edge by its other end and the order that made it."""
        used = Quantity.of(edge.quantity) if edge.quantity else None
        return cls(lot=lot, order=order, quantity=used)


@strawberry.type(description="That one lot went into another, in whatever way.")
class LotLink:
    """An edge of any kind."""

    lot: LazyLot = strawberry.field(description="The other end.")
    kind: Kind
    order: LazyOrder | None = strawberry.field(description="Null where no order did it.")
    quantity: Quantity | None = strawberry.field(
        description="How much of the earlier lot; null where the share is not known."
    )
    made: Quantity | None = strawberry.field(description="How much of the later one it made.")

    @classmethod
    def of(cls, edge: Edge, lot: "Lot", order: "Order | None") -> Self:
        """Wrap an edge by its other end and the order that made it, if one did."""
        return cls(
            lot=lot,
            kind=edge.link.kind,
            order=order,
            quantity=Quantity.of(edge.quantity) if edge.quantity else None,
            made=Quantity.of(edge.made) if edge.made else None,
        )

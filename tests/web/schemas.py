"""Three small subgraphs with the traps of a real graph in them."""

from typing import Any, Optional, Self

import strawberry
from strawberry.types import Info

from services.kit.errors import ConflictError
from services.kit.graph import batch_field, batch_reference, sdl, subgraph
from services.kit.graph.schema import Subgraph
from services.kit.ids import GraphId


def _noted(info: Info[Any, None], what: str, ids: list[str]) -> None:
    info.context["seen"].batches.append((what, ids))


def _key(id: str) -> str:
    return GraphId.decode(id).key


def _lots(order: str, count: int) -> list[str]:
    found = GraphId.decode(order)
    return [GraphId("Lot", found.plant, f"{found.key}/{n}").encode() for n in range(count)]


@strawberry.type
class Commercial:
    """A part: nullable as a whole, whole inside."""

    number: str


@strawberry.federation.type(name="Order", keys=["id"])
class ErpOrder:
    """What erp knows; nothing of an order called "nobody"."""

    id: strawberry.ID
    cost: float | None = strawberry.federation.field(
        default=12.5, requires_scopes=[["erp:cost:read"]]
    )

    @batch_reference
    async def resolve_many(cls, info: Info[Any, None], ids: list[str]) -> list[Any]:  # noqa: N805
        """One call for all."""
        _noted(info, "orders", ids)
        return [None if _key(id) == "nobody" else cls(id=id) for id in ids]  # type: ignore[operator]

    @batch_field()
    async def commercial(
        self, info: Info[Any, None], orders: list[Self]
    ) -> list[Commercial | None]:
        """One call for all."""
        _noted(info, "commercial", [order.id for order in orders])
        return [Commercial(number=_key(order.id)) for order in orders]


@strawberry.type(name="Query")
class ErpQuery:
    """Roots of erp."""

    @strawberry.field
    async def orders(self, first: int = 3) -> list[ErpOrder] | None:
        """A page."""
        ids = [GraphId("Order", "lyon", f"47{n:02}").encode() for n in range(first)]
        return [ErpOrder(id=strawberry.ID(id)) for id in ids]

    @strawberry.field
    async def crash(self) -> str | None:
        """A bug of ours."""
        raise RuntimeError("secret db password=abc")

    @strawberry.field
    async def refused(self) -> str | None:
        """A refusal of the domain."""
        raise ConflictError("order 4711 is complete", code="complete", field="id", hint="reopen")


@strawberry.type
class Execution:
    """How far it is."""

    state: str


@strawberry.federation.type(name="Lot", keys=["id"])
class MesLot:
    """What mes knows."""

    id: strawberry.ID

    @batch_reference
    async def resolve_many(cls, info: Info[Any, None], ids: list[str]) -> list[Any]:  # noqa: N805
        """One call for all."""
        _noted(info, "lots", ids)
        return [cls(id=id) for id in ids]  # type: ignore[operator]

    @batch_field()
    async def code(self, info: Info[Any, None], lots: list[Self]) -> list[str | None]:
        """One call for all."""
        _noted(info, "code", [lot.id for lot in lots])
        return [_key(lot.id) for lot in lots]

    @batch_field()
    async def order(self, info: Info[Any, None], lots: list[Self]) -> list[Optional["MesOrder"]]:
        """Round and round it goes."""
        orders = (_key(lot.id).split("/")[0] for lot in lots)
        return [
            MesOrder(id=strawberry.ID(GraphId("Order", "lyon", key).encode())) for key in orders
        ]


@strawberry.federation.type(name="Order", keys=["id"])
class MesOrder:
    """What mes knows."""

    id: strawberry.ID

    @batch_reference
    async def resolve_many(cls, info: Info[Any, None], ids: list[str]) -> list[Any]:  # noqa: N805
        """One call for all."""
        _noted(info, "orders", ids)
        return [cls(id=id) for id in ids]  # type: ignore[operator]

    @batch_field()
    async def execution(self, info: Info[Any, None], orders: list[Self]) -> list[Execution | None]:
        """One call for all."""
        _noted(info, "execution", [order.id for order in orders])
        return [Execution(state="RUNNING") for _ in orders]

    @batch_field()
    async def lots(
        self, info: Info[Any, None], orders: list[Self], first: int = 2
    ) -> list[list[MesLot] | None]:
        """One call for all."""
        _noted(info, "order lots", [order.id for order in orders])
        return [[MesLot(id=strawberry.ID(id)) for id in _lots(order.id, first)] for order in orders]


@strawberry.type(name="Query")
class MesQuery:
    """Roots of mes."""

    @strawberry.field
    async def running(self) -> int | None:
        """Something of its own."""
        return 1


@strawberry.federation.type(name="Lot", keys=["id"])
class WmsLot:
    """What wms knows."""

    id: strawberry.ID

    @batch_reference
    async def resolve_many(cls, info: Info[Any, None], ids: list[str]) -> list[Any]:  # noqa: N805
        """One call for all."""
        _noted(info, "lots", ids)
        return [cls(id=id) for id in ids]  # type: ignore[operator]

    @batch_field()
    async def balance(self, info: Info[Any, None], lots: list[Self]) -> list[int | None]:
        """One call for all."""
        _noted(info, "balance", [lot.id for lot in lots])
        return [50 for _ in lots]


@strawberry.federation.type(name="Order", keys=["id"])
class WmsOrder:
    """What wms knows."""

    id: strawberry.ID

    @batch_reference
    async def resolve_many(cls, info: Info[Any, None], ids: list[str]) -> list[Any]:  # noqa: N805
        """One call for all."""
        _noted(info, "orders", ids)
        return [cls(id=id) for id in ids]  # type: ignore[operator]

    @batch_field()
    async def stock(self, info: Info[Any, None], orders: list[Self]) -> list[int | None]:
        """One call for all."""
        _noted(info, "stock", [order.id for order in orders])
        return [7 for _ in orders]


@strawberry.federation.type(name="Shipment", keys=["id"])
class WmsShipment:
    """What wms knows."""

    id: strawberry.ID
    carrier: str | None = None

    @batch_reference
    async def resolve_many(cls, info: Info[Any, None], ids: list[str]) -> list[Any]:  # noqa: N805
        """One call for all."""
        return [cls(id=id, carrier="rail") for id in ids]  # type: ignore[operator]


@strawberry.type(name="Query")
class WmsQuery:
    """Roots of wms."""

    @strawberry.field
    async def warehouses(self) -> int | None:
        """Something of its own."""
        return 2


SCHEMAS: dict[str, Subgraph] = {
    "erp": subgraph(ErpQuery),
    "mes": subgraph(MesQuery, types=[MesOrder]),
    "wms": subgraph(WmsQuery, types=[WmsOrder, WmsLot, WmsShipment]),
}


def written(name: str) -> str:
    """Its SDL."""
    return sdl(SCHEMAS[name])

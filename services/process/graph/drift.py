"""Where our books and the ERP's differ, and nothing explains it."""

from datetime import datetime
from typing import Self

import strawberry
from strawberry.types import Info

from services.kit.graph import Connection, GraphContext, Quantity, read_page
from services.kit.store import Store
from services.process import policy
from services.process.application.read_drifts import list_drifts, listing_of_drifts
from services.process.domain.drift import DriftKind
from services.process.ports.drifts import Drift
from services.process.store.drifts import SqlDrifts

strawberry.enum(DriftKind, description="What was compared with the ERP.")


_DRIFTS = SqlDrifts()


class Context(GraphContext):
    """What opens a unit of work."""

    store: Store


@strawberry.type(description="A difference between our books and the ERP's.")
class BalanceDrift:
    """By its number."""

    no: str
    kind: DriftKind
    plant: str
    item_no: str | None
    lot_no: str | None
    status: str | None = strawberry.field(description="As far as the ERP tells stock apart.")
    order_no: str | None
    ours: Quantity
    theirs: Quantity
    in_flight: Quantity = strawberry.field(
        description="Waits on its way to the ERP, or never goes."
    )
    unexplained: Quantity
    first_seen: datetime
    last_seen: datetime
    seen: int = strawberry.field(description="In how many runs.")
    resolved_at: datetime | None

    @classmethod
    def of(cls, drift: Drift) -> Self:
        """Wrap a domain drift."""
        one, subject = drift.compared, drift.compared.subject
        return cls(
            no=str(drift.no),
            kind=subject.kind,
            plant=subject.plant,
            item_no=subject.item_no or None,
            lot_no=subject.lot_no or None,
            status=subject.status or None,
            order_no=subject.order_no or None,
            ours=Quantity.of(one.ours),
            theirs=Quantity.of(one.theirs),
            in_flight=Quantity.of(one.in_flight),
            unexplained=Quantity.of(one.unexplained),
            first_seen=drift.first_seen,
            last_seen=drift.last_seen,
            seen=drift.seen,
            resolved_at=drift.resolved_at,
        )


@strawberry.type(description="What can be asked.")
class Query:
    """Orders come by their id, through the gateway."""

    @strawberry.field(
        description="Where a plant's books and its ERP's differ, oldest first; open ones, if not "
        "asked for the resolved as well."
    )
    async def balance_drifts(
        self,
        info: Info[Context, None],
        plant: str,
        resolved: bool = False,
        first: int = 50,
        after: str | None = None,
    ) -> Connection[BalanceDrift] | None:
        """A page."""
        policy.may_see(plant)
        page = read_page(listing_of_drifts(plant, resolved=resolved), first, after)
        async with info.context["store"].work():
            cut = await list_drifts(_DRIFTS, plant, page, resolved=resolved)
        return Connection.of(page, cut, BalanceDrift.of)

"""What became of the output of an order, what it waits for, and why."""

from datetime import datetime
from typing import Self

import strawberry

from services.kit import quantity
from services.kit.graph import Quantity
from services.process.domain import waits as domain

strawberry.enum(domain.WaitKind, description="Who or what ends a wait.")


@strawberry.type(description="One thing an order waits for.")
class Wait:
    """Waiting is no error: each ends by itself, or says who ends it."""

    kind: domain.WaitKind
    what: str = strawberry.field(description="An inspection, a lot, a posting's reference, a peer.")
    why: str
    quantity: Quantity | None = strawberry.field(description="The part that waits.")
    since: datetime

    @classmethod
    def of(cls, wait: domain.Wait) -> Self:
        """Wrap a domain wait."""
        return cls(
            kind=wait.kind,
            what=wait.what,
            why=wait.why,
            quantity=_amount(wait.quantity),
            since=wait.since,
        )


@strawberry.type(description="Where the good output of an order is on its way to the ERP.")
class OrderFlow:
    """Null before the first yield; what was good is released, waiting, blocked or scrapped."""

    confirmations: int = strawberry.field(description="Carried out so far.")
    released: Quantity | None
    waiting: Quantity | None = strawberry.field(description="For quality's disposition.")
    blocked: Quantity | None
    scrapped: Quantity | None
    waits: list[Wait] = strawberry.field(description="Longest first; a hundred at most.")
    blocked_because: list[str] = strawberry.field(description="The waits as sentences.")
    as_of: datetime

    @classmethod
    def of(cls, flow: domain.OrderFlow) -> Self:
        """Wrap a domain flow."""
        return cls(
            confirmations=flow.confirmations,
            released=_amount(flow.released),
            waiting=_amount(flow.waiting),
            blocked=_amount(flow.blocked),
            scrapped=_amount(flow.scrapped),
            waits=[Wait.of(one) for one in flow.waits],
            blocked_because=[f"{one.what}: {one.why}" for one in flow.waits],
            as_of=flow.as_of,
        )


def _amount(amount: quantity.Quantity | None) -> Quantity | None:
    return None if amount is None else Quantity.of(amount)

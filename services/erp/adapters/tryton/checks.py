"""What Tryton would refuse, or ask, only when half of a posting is done: asked before it."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from services.erp.adapters.tryton.books import Books, LotAt
from services.erp.adapters.tryton.lines import Draft
from services.erp.adapters.tryton.outcomes import StoppedError, rejected
from services.erp.adapters.tryton.records import Production
from services.erp.adapters.tryton.values import Day, plain
from services.kit.lanes.outcome import NeedsConfirmation

OVER = "over_tolerance"
"""Tryton's own code: it asks the same at the close, when it is too late."""
_NOT_YET, _NO_MORE = ("request", "draft"), ("done", "cancelled")
_OPEN = ("waiting", "assigned", "running")
"""Modules may add others."""


def check_state(order: Production) -> None:
    """Raises StoppedError when the order takes no posting."""
    if order.state in _NOT_YET:
        reason = f"production {order.order_no} is not released"
        raise rejected(reason, "order.order_no", "order_not_released")
    if order.state in _NO_MORE:
        reason = f"production {order.order_no} is {order.state}"
        raise rejected(reason, "order.order_no", "order_closed")
    if order.state not in _OPEN:
        reason = f"production {order.order_no} is {order.state}, which nothing is known about"
        raise rejected(reason, "order.order_no", "unknown_state")


async def check_period(books: Books, order: Production, day: Day) -> None:
    """Raises StoppedError when the stock's period is closed."""
    if await books.is_closed(day, order.company):
        raise rejected(
            f"Tryton's stock period of {day.value} is closed", "business_date", "period_closed"
        )


def check_plan(order: Production, drafts: Sequence[Draft], confirmed: Collection[str]) -> None:
    """Raises StoppedError when more would be made than planned, and nobody said yes to that."""
    more = Decimal(0)
    for index, draft in enumerate(drafts):
        if draft.product.id == order.product and draft.to_location == order.at.output:
            if draft.unit.id != order.unit:
                reason = (
                    f"order {order.order_no} is counted in another unit than {draft.unit.symbol}"
                )
                raise rejected(reason, f"lines[{index}].quantity.unit", "wrong_unit")
            more += draft.amount
    tolerance = (order.bom and order.bom.tolerance) or Decimal(0)
    if more and made(order) + more > order.quantity * (1 + tolerance) and OVER not in confirmed:
        total = plain(made(order) + more)
        reason = (
            f"{total} of order {order.order_no} would be made, {plain(order.quantity)} are planned"
        )
        raise StoppedError(NeedsConfirmation(reason, OVER))


async def check_stock(books: Books, drafts: Sequence[Draft], lots: Mapping[LotAt, int]) -> None:
    """Raises StoppedError when a lot would go negative; Tryton takes what is forced on it."""
    taken: dict[LotAt, Decimal] = {}
    for index, draft in enumerate(drafts):
        more = draft.unit.convert(draft.amount, draft.product.counted_in)
        taken[draft.lot] = taken.get(draft.lot, Decimal(0)) + more
        left = await _left(books, draft, lots)
        if taken[draft.lot] > left:
            what = f"lot {draft.lot_no}" if draft.lot_no else "stock"
            reason = (
                f"{plain(left)} {draft.product.counted_in.symbol} of {draft.product.code} {what}"
            )
            field = f"lines[{index}].quantity.value"
            raise rejected(f"there are only {reason}", field, "not_enough_stock")


async def _left(books: Books, draft: Draft, lots: Mapping[LotAt, int]) -> Decimal:
    if not draft.lot_no:
        return Decimal(await books.lies("product.product", draft.product.id, draft.from_location))
    lot = lots.get(draft.lot)
    return Decimal(await books.lies("stock.lot", lot, draft.from_location)) if lot else Decimal(0)


def made(order: Production) -> Decimal:
    """Good output that is booked, in the order's unit."""
    return sum(
        (
            move.quantity
            for move in order.outputs
            if move.state == "done"
            and (move.product, move.unit) == (order.product, order.unit)
            and move.to_location == order.at.output
        ),
        Decimal(0),
    )

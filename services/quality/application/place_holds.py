"""Use case: somebody stops lots."""

from collections.abc import Sequence

from services.kit.errors import located
from services.quality.domain.events import HoldPlaced
from services.quality.domain.hold import Hold, HoldOrder, check_lots
from services.quality.ports import Books


async def place_holds(books: Books, orders: Sequence[HoldOrder], *, by: str) -> list[Hold]:
    """The hold of each order, all or none; one that is here with the same content is left alone.

    Raises ConflictError naming the field in which an order differs from the hold here.
    """
    new: dict[str, Hold] = {}
    now = books.clock.now()
    for position, order in enumerate(orders):
        with located(f"holds[{position}]"):
            check_lots(order.plant, order.lots)
            tidy = order.tidy()
            fresh = Hold(tidy, by, now, as_of=now, covered=len(tidy.lots))
            new.setdefault(order.hold_no, fresh).require_same(order)
    known = await books.holds.place(list(new.values()))
    for position, order in enumerate(orders):
        if hold := known.get(order.hold_no):
            with located(f"holds[{position}]"):
                hold.require_same(order)
    for no, hold in new.items():
        if no not in known:
            books.facts.tell(HoldPlaced(hold))
    holds = new | known
    return [holds[no] for no in new]

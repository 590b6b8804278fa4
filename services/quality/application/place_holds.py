"""Use case: somebody stops lots."""

from collections.abc import Mapping, Sequence

from services.kit.errors import NotFoundError, located
from services.quality.domain.events import HoldPlaced
from services.quality.domain.hold import Hold, HoldOrder, check_order
from services.quality.domain.scope import Name, check_scope, name_of
from services.quality.ports import Books


def names_of(orders: Sequence[HoldOrder]) -> dict[Name, str]:
    """What their scopes name, each with the field that names it first."""
    found: dict[Name, str] = {}
    for position, order in enumerate(orders):
        if order.scope:
            name, field = name_of(order.scope, order.plant)
            found.setdefault(name, f"holds[{position}].{field}")
    return found


async def place_holds(books: Books, orders: Sequence[HoldOrder], *, by: str) -> list[Hold]:
    """The hold of each order, all or none; one that is here with the same content is left alone.

    One with a scope is resolved where lots come into being (common.v1.HoldScopeService), now and
    while it is open. Raises ConflictError naming the field in which an order differs from the hold
    here, NotFoundError or InvalidError naming the part of a scope that means nothing.
    """
    new: dict[str, Hold] = {}
    names = names_of(orders)
    now = books.clock.now()
    for position, order in enumerate(orders):
        with located(f"holds[{position}]"):
            check_order(order)
            tidy = order.tidy()
            fresh = Hold(tidy, by, now, as_of=now, covered=len(tidy.lots))
            new.setdefault(order.hold_no, fresh).require_same(order)
    known = await books.holds.place(list(new.values()))
    await _require_names(books, [one for one in orders if one.hold_no not in known], names)
    for position, order in enumerate(orders):
        with located(f"holds[{position}]"):
            if hold := known.get(order.hold_no):
                hold.require_same(order)
            elif order.scope:
                check_scope(order.scope, order.plant, now)
    for no, hold in new.items():
        if no not in known:
            books.facts.tell(HoldPlaced(hold))
    holds = new | known
    return [holds[no] for no in new]


async def _require_names(
    books: Books, orders: Sequence[HoldOrder], fields: Mapping[Name, str]
) -> None:
    """What a hold that is here already names may be gone since."""
    wanted = names_of(orders).keys()
    missing = wanted - await books.names.known(wanted)
    for name, field in fields.items():
        if name in missing:
            raise NotFoundError(
                f"there is no {name.kind} {name.key}",
                code=f"unknown_{name.kind}",
                field=field,
                hint="see how it is spelt, or ask again if it was made just now",
            )

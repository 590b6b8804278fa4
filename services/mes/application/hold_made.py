"""Use case: what is made of held lots, or comes to fall under the scope of a hold, is held.

The guarantee: from the commit of a scope on, no lot that falls under it, by what mes knows, is
there unheld. A report enters before it locks anything, a scope is kept when all who have entered
are through: a report that is booked first is found by who lists the scope's lots, and held as lots
are that are named; one that is booked later sees the scope, and holds its lot in its own unit of
work. While a plant has scopes its reports are woven one by one, so that the second of a batch does
not use what the first has made under one. What mes is not told it cannot know: a lot consumed here
before its receipt from the supplier is heard of is found held by what was made of it (inherited).
"""

from collections.abc import Collection, Sequence

from services.mes.application.apply_holds import inherit_holds
from services.mes.domain.events import LotCaught
from services.mes.domain.hold import Restraint
from services.mes.domain.keys import LotKey, OrderKey
from services.mes.domain.lot import Lot
from services.mes.ports import Books

Pair = tuple[LotKey, LotKey]


async def hold_made(
    books: Books,
    lots: dict[LotKey, Lot],
    links: Sequence[Pair],
    *,
    watched: bool,
    order: OrderKey | None = None,
    born: Collection[LotKey] = (),
) -> None:
    """Hold what was made of held lots, and, where scopes are `watched`, what has come under one.

    `lots` are locked and saved, `links` lead from source to target among them. Those `born` now say
    themselves what holds them; of the others it is told, as `order` has made it so.
    """
    holds = await books.scopes.fallen(lots.keys()) if watched else ()
    if holds:
        for hold in holds:
            lots[hold.lot].holds[hold.hold_no] = Restraint(hold.version, hold.blocks)
            if hold.lot not in born:
                books.facts.tell(LotCaught(hold, order))
        await books.lots.hold(holds)
        below = await books.genealogy.children({hold.lot for hold in holds})
        made = {child for children in below.values() for child in children}
        lots |= await books.lots.open(made - lots.keys())
        links = [*links, *((lot, child) for lot, some in below.items() for child in some)]
    await inherit_holds(books, lots, links)

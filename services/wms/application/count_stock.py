"""Use cases: a count is planned, recorded, posted or cancelled."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import NamedTuple

from services.kit.clock import Instant
from services.kit.errors import ConflictError, NotFoundError, located
from services.kit.measures import ItemLot
from services.kit.paging import Cut, Listing, Page
from services.kit.quantity import Quantity
from services.wms.application.move_stock import move_stock
from services.wms.domain.keys import Reference
from services.wms.domain.movement import Movement
from services.wms.domain.place import Place
from services.wms.domain.rules import MovementType
from services.wms.domain.stock_count import Command, CountKey, Line, StockCount, check_place
from services.wms.ports import Books


class Found(NamedTuple):
    """What somebody found at a place."""

    place: Place
    quantity: Quantity


async def plan_count(
    books: Books, key: CountKey, tolerance: Decimal, places: Sequence[Place]
) -> StockCount:
    """A document over these places; the same again is answered.

    Raises InvalidError naming `places[i]`, ConflictError where its number was used otherwise.
    """
    for position, place in enumerate(places):
        with located(f"places[{position}]"):
            check_place(place, key.plant)
    planned = StockCount(key, tolerance, books.clock.now())
    planned.lines = {place: Line(place) for place in places}
    if before := (await books.counts.get([key])).get(key):
        if (before.lines.keys(), before.tolerance) != (planned.lines.keys(), tolerance):
            raise ConflictError(
                f"count {key.no} was planned otherwise",
                code="count_differs",
                field="key.count_no",
                hint="give a new count a new number",
            )
        return before
    await books.counts.add(planned)
    books.facts.tell(planned)
    return planned


async def record_count(books: Books, key: CountKey, found: Sequence[Found], by: str) -> StockCount:
    """Compare what was found with the books of this moment; nothing moves meanwhile.

    Raises NotFoundError, InvalidError or ConflictError naming `found[i]` and the field.
    """
    items = await books.items.measures(goods_found(found))
    await _lock(books, [one.place for one in found])
    count = await _open(books, key)
    balances = await books.balances.get({one.place for one in found})
    for position, (place, quantity) in enumerate(found):
        with located(f"found[{position}]"):
            with located("quantity"):
                amount = items.convert(place.lot.goods, quantity)
            known = balances.get(place)
            book = known.quantity if known else Quantity.zero(amount.unit)
            count.record(place, amount, book, by)
    count.judge(books.clock.now())
    return await _save(books, count)


async def post_count(books: Books, key: CountKey, reason: str, at: Instant) -> StockCount:
    """Adjust the books by what differs, in one batch; raises ConflictError before all is counted.

    A hold forbids no count; what is reserved cannot be lacking, though: release it first.
    """
    seen = (await books.counts.get([key])).get(key)
    await _lock(books, seen.lines if seen else ())
    count = await _open(books, key)
    count.follow(Command.POST, books.clock.now())
    movements = [
        Movement(
            reference=Reference(key.plant, f"count/{key.no}/{number}"),
            type=MovementType.COUNT_ADJUST,
            place=line.place,
            quantity=line.difference,
            occurred_at=at,
            reason=reason,
        )
        for number, line in enumerate(count.lines.values(), 1)
        if line.difference and line.difference.value
    ]
    if movements:
        await move_stock(books, movements)
    return await _save(books, count)


async def cancel_count(books: Books, key: CountKey) -> StockCount:
    """Post nothing of it; raises ConflictError once it is posted."""
    count = await _open(books, key)
    count.follow(Command.CANCEL, books.clock.now())
    return await _save(books, count)


def goods_found(found: Sequence[Found]) -> dict[ItemLot, str]:
    """Each with the field that names it first."""
    goods: dict[ItemLot, str] = {}
    for position, one in enumerate(found):
        goods.setdefault(one.place.lot.goods, f"found[{position}].stock.item_no")
    return goods


def listing_of_counts(plant: str) -> Listing:
    """The counts of a plant, by number."""
    return Listing(f"wms.counts/{plant}", (str,))


async def list_counts(books: Books, plant: str, page: Page) -> Cut[StockCount]:
    """One page of them."""
    rows = await books.counts.page(plant, page)
    return page.cut(rows, lambda row: (row.key.no,))


async def _lock(books: Books, places: Collection[Place]) -> None:
    """Nothing moves there before we commit."""
    await books.units.open({place.hu for place in places if place.hu})
    await books.lots.open({place.lot for place in places})


async def _open(books: Books, key: CountKey) -> StockCount:
    found = (await books.counts.get([key], lock=True)).get(key)
    if found is None:
        raise NotFoundError(
            f"{key.plant} has no count {key.no}",
            code="unknown_count",
            field="key.count_no",
            hint="plan it first",
        )
    return found


async def _save(books: Books, count: StockCount) -> StockCount:
    await books.counts.save(count)
    books.facts.tell(count)
    return count

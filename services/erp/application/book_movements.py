"""Use case: movements of the warehouse are booked, each once, at standard cost.

A document that cannot be valued waits by itself. Nothing waits behind it but what takes it back:
each entry is valued on its own day, so that they may come in any order, and WIP is right as soon as
all have come. Holding up an order's other documents would only make it wrong by more.
"""

from collections.abc import Collection, Mapping, Sequence

from services.erp.application.settle_orders import settle_booked
from services.erp.domain.accounts import WaitingError
from services.erp.domain.booking import REVERSAL
from services.erp.domain.entry import Entry
from services.erp.domain.goods import GoodsMovement, MovementKey
from services.erp.domain.keys import OrderKey
from services.erp.domain.stock_value import Shelf, StockKey
from services.erp.domain.valuation import Facts, Value, value
from services.erp.ports.accounting import Accounts, Parked
from services.kit.clock import Clock
from services.kit.errors import DomainError


async def book_movements(
    accounts: Accounts, movements: Sequence[GoodsMovement], clock: Clock
) -> set[MovementKey]:
    """Book what is new and park what cannot be valued; those that are booked now."""
    return await _book(accounts, movements, clock, released=())


async def book_released(
    accounts: Accounts, movements: Sequence[GoodsMovement], clock: Clock
) -> set[MovementKey]:
    """The same for movements that are parked."""
    return await _book(accounts, movements, clock, released={one.key for one in movements})


async def _book(
    accounts: Accounts,
    movements: Sequence[GoodsMovement],
    clock: Clock,
    *,
    released: Collection[MovementKey],
) -> set[MovementKey]:
    journal = accounts.journal
    await journal.lock_orders({order for one in movements if (order := order_of(one))})
    named = {one.key for one in movements} | {one.original for one in movements if one.original}
    waiting = await journal.waiting(named) - set(released)
    known = dict(await journal.find(named))
    new = [one for one in movements if one.key not in known and one.key not in waiting]
    facts = await accounts.masters.facts(*_scope(new, known))
    worth, parked = _value_all(new, facts)
    waiting |= parked.keys()
    shelf = Shelf(facts, await journal.stock(_stock_of(worth.values(), known.values())))
    entries: list[Entry] = []
    for movement in new:
        if movement.key in parked:
            continue
        try:
            booked = _entries(movement, worth.get(movement.key), shelf, known, waiting)
        except DomainError as error:
            parked[movement.key] = _park(movement, error)
            waiting.add(movement.key)
            continue
        known[movement.key] = booked[0]
        entries += booked
    settled, unsettled = await settle_booked(accounts, entries, facts, clock)
    await journal.add([*entries, *settled], shelf.values)
    await accounts.queue.park([*parked.values(), *unsettled])
    return named & known.keys()


def order_of(movement: GoodsMovement) -> OrderKey | None:
    """Whose cost it is."""
    return OrderKey(movement.key.plant, movement.order_no) if movement.order_no else None


def _value_all(
    movements: Sequence[GoodsMovement], facts: Facts
) -> tuple[dict[MovementKey, Value], dict[MovementKey, Parked]]:
    worth, parked = dict[MovementKey, Value](), dict[MovementKey, Parked]()
    for one in movements:
        if one.type == REVERSAL:
            continue
        try:
            worth[one.key] = value(one, facts)
        except DomainError as error:
            parked[one.key] = _park(one, error)
    return worth, parked


def _entries(
    movement: GoodsMovement,
    worth: Value | None,
    shelf: Shelf,
    known: Mapping[MovementKey, Entry],
    waiting: Collection[MovementKey],
) -> list[Entry]:
    if worth is not None:
        return shelf.book(movement, worth)
    original = movement.original
    if original and original in known:
        return shelf.take_back(movement, known[original])
    waits = original in waiting
    raise WaitingError(
        f"{movement.reverses} is not booked",
        code="original_waits" if waits else "unknown_original",
        wants=f"movement/{movement.key.plant}/{movement.reverses}",
        hint="it goes on with what it takes back" if waits else "book both by hand, or neither",
    )


def _park(movement: GoodsMovement, error: DomainError) -> Parked:
    why = error
    if not isinstance(why, WaitingError):
        goods = f"item/{movement.here.plant}/{movement.here.item_no}"
        why = WaitingError(str(error), code=error.code, wants=goods, hint=error.hint)
    return Parked(movement.key.plant, movement.key.reference, why, movement.order_no, movement)


def _scope(
    new: Sequence[GoodsMovement], known: Mapping[MovementKey, Entry]
) -> tuple[set[tuple[str, str]], set[str]]:
    goods, plants = set(), set()
    for one in new:
        sides = [one.here, *([one.there] if one.there else [])]
        goods |= {(side.plant, side.item_no) for side in sides}
        plants |= {one.key.plant, *(side.plant for side in sides)}
    for entry in known.values():
        goods |= {(line.plant, line.item_no) for line in entry.lines if line.item_no}
    return goods, plants


def _stock_of(worth: Collection[Value], known: Collection[Entry]) -> set[StockKey]:
    wanted = {
        StockKey(leg.plant, leg.item_no, leg.account, one.currency)
        for one in worth
        for leg in one.legs
    }
    return wanted | {
        StockKey(line.plant, line.item_no, line.account, entry.currency)
        for entry in known
        for line in entry.lines
        if line.item_no
    }

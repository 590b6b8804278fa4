"""Use case: stock moves."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from services.kit.errors import ConflictError, located
from services.kit.quantity import Quantity
from services.wms.domain.keys import Reference
from services.wms.domain.movement import Movement
from services.wms.domain.place import Place
from services.wms.domain.reversal import check_reversal
from services.wms.domain.stock import Booked, Stock
from services.wms.ports import Books


class Result(NamedTuple):
    """What became of one movement; `replayed` when it had been recorded before."""

    reference: Reference
    replayed: bool


async def move_stock(
    books: Books, movements: Sequence[Movement], *, lenient: Collection[str] = ()
) -> list[Result]:
    """Carry them out in their order, all or none; a result for each.

    Amounts are kept in each item's base unit. In `lenient` plants issues to orders may run ahead
    of receipts. Raises NotFoundError, ConflictError or InvalidError naming `movements[i]` and the
    field.
    """
    movements = await _restate(books, movements)
    batch = await _open(books, movements, lenient)
    results = []
    for position, movement in enumerate(movements):
        with located(f"movements[{position}]"):
            results.append(batch.move(movement))
    if batch.stock.booked:
        await _keep(books, batch.stock)
    return results


def items_moved(movements: Sequence[Movement]) -> dict[str, str]:
    """Each with the field that names it first."""
    found: dict[str, str] = {}
    for position, movement in enumerate(movements):
        found.setdefault(movement.lot.item_no, f"movements[{position}].stock.item_no")
    return found


async def _restate(books: Books, movements: Sequence[Movement]) -> list[Movement]:
    items = await books.items.measures(items_moved(movements))
    restated = []
    for position, movement in enumerate(movements):
        with located(f"movements[{position}].quantity"):
            quantity = items[movement.lot.item_no].convert(movement.quantity)
        restated.append(replace(movement, quantity=quantity))
    return restated


@dataclass
class _Batch:
    """Movements under way: what is known by reference, and what took it back."""

    stock: Stock
    known: dict[Reference, Movement]
    taken_back: dict[Reference, Reference]

    def move(self, movement: Movement) -> Result:
        """Carry it out, or recognise it."""
        if before := self.known.get(movement.reference):
            _require_same(before, movement)
            return Result(movement.reference, replayed=True)
        original = None
        if reverses := movement.original:
            original = check_reversal(
                movement, self.known.get(reverses), self.taken_back.get(reverses)
            )
            self.taken_back[reverses] = movement.reference
        self.stock.book(movement, original)
        self.known[movement.reference] = movement
        return Result(movement.reference, replayed=False)


async def _open(books: Books, movements: Sequence[Movement], lenient: Collection[str]) -> _Batch:
    """Lock first and look then: nothing that is read here changes before we commit."""
    holds = await books.lots.open({one.lot for one in movements})
    originals = {one.original for one in movements if one.original}
    known = await books.movements.find({one.reference for one in movements} | originals)
    taken_back = await books.movements.reversals(originals)
    effects = [one.effect for one in (*movements, *known.values()) if not one.original]
    places = {place for effect in effects for place, _ in effect.legs()}
    balances = await books.balances.get(places)
    return _Batch(Stock(books.clock.now(), holds, balances, lenient), known, taken_back)


async def _keep(books: Books, stock: Stock) -> None:
    await books.movements.add(stock.booked, stock.now)
    await books.balances.change(_sum(stock.booked), stock.now)
    for booked in stock.booked:
        books.facts.tell(booked)


def _sum(booked: Sequence[Booked]) -> dict[Place, Quantity]:
    changes: dict[Place, Quantity] = {}
    for one in booked:
        for place, change in one.effect.legs():
            before = changes.get(place)
            changes[place] = before + change if before else change
    return changes


def _require_same(before: Movement, movement: Movement) -> None:
    if before != movement:
        raise ConflictError(
            f"{movement.reference.text} was recorded with other content",
            code="movement_differs",
            field="reference",
            hint="give a new movement a new reference; take a recorded one back by a reversal",
        )

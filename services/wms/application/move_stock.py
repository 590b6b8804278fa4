"""Use case: stock moves."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from services.kit.errors import ConflictError, InvalidError, located
from services.kit.measures import ItemLot, Measured
from services.kit.quantity import Quantity
from services.wms.application.catch_stock import catch, enter
from services.wms.application.keep import keep
from services.wms.application.packing import check_packed, units_of
from services.wms.application.restate import restate
from services.wms.domain.keys import Reference
from services.wms.domain.movement import Movement
from services.wms.domain.place import Place
from services.wms.domain.reversal import check_reversal
from services.wms.domain.stock import Stock
from services.wms.ports import Books


class Result(NamedTuple):
    """What became of one movement; `replayed` when it had been recorded before."""

    reference: Reference
    replayed: bool


async def move_stock(
    books: Books,
    movements: Sequence[Movement],
    *,
    lenient: Collection[str] = (),
    carried: Collection[str] = (),
) -> list[Result]:
    """Carry them out in their order, all or none; a result for each.

    Amounts are kept in each item's base unit; what was recorded stays what it was, whatever becomes
    of the ratio. In `lenient` plants issues to orders may run ahead
    of receipts; handling units in `carried`, locked already, move with what is in them. Raises
    NotFoundError, ConflictError or InvalidError naming `movements[i]` and the field.
    """
    scopes = await enter(books, movements)
    movements = await _restate(books, movements)
    units = await books.units.open(units_of(movements) - set(carried))
    await catch(books, movements, scopes)
    batch = await _open(books, movements, lenient)
    if fresh := [one for one in movements if one.reference not in batch.known]:
        check_packed(fresh, units, carried)
    results = []
    for position, movement in enumerate(movements):
        with located(f"movements[{position}]"):
            results.append(batch.move(movement))
    if batch.stock.booked:
        await keep(books, batch.stock)
    return results


def goods_moved(movements: Sequence[Movement]) -> dict[ItemLot, str]:
    """Each with the field that names it first."""
    found: dict[ItemLot, str] = {}
    for position, movement in enumerate(movements):
        found.setdefault(movement.lot.goods, f"movements[{position}].stock.item_no")
        if movement.to.item_no:
            found.setdefault(ItemLot(movement.to.item_no), f"movements[{position}].to.item_no")
    return found


async def _restate(books: Books, movements: Sequence[Movement]) -> list[Movement]:
    items = await books.items.measures(goods_moved(movements))
    known = await _recorded(books, items, movements)
    restated = []
    for position, movement in enumerate(movements):
        before = known.get(movement.reference), movement.original and known.get(movement.original)
        with located(f"movements[{position}]"):
            with located("quantity"):
                amount = restate(items, movement.lot.goods, movement.quantity, before)
            other = items.of(movement.to.item_no or movement.lot.item_no)
            _require_base(other.base, amount.quantity)
        restated.append(replace(movement, **amount._asdict()))
    return restated


async def _recorded(
    books: Books, items: Measured, movements: Sequence[Movement]
) -> dict[Reference, Movement]:
    """Those in other units than the base that were recorded before, and what they take back."""
    others = [one for one in movements if one.quantity.unit != items.of(one.lot.item_no).base]
    if not others:
        return {}
    originals = {one.original for one in others if one.original}
    return await books.movements.find({one.reference for one in others} | originals)


def _require_base(base: str, quantity: Quantity) -> None:
    if base != quantity.unit:
        raise InvalidError(
            f"the other item is kept in {base}, this one in {quantity.unit}",
            code="unit_mismatch",
            field="to.item_no",
            hint="issue the one to an order and receive the other from it",
        )


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
    holds = await books.lots.open({lot for one in movements for lot in one.lots})
    originals = {one.original for one in movements if one.original}
    known = await books.movements.find({one.reference for one in movements} | originals)
    taken_back = await books.movements.reversals(originals)
    effects = [one.effect for one in (*movements, *known.values()) if not one.original]
    places = {place for effect in effects for place, _ in effect.legs()}
    balances = await books.balances.get(places)
    promised = {place for place, one in balances.items() if one.reserved}
    stock = Stock(
        now=books.clock.now(),
        holds=holds,
        balances={place: one.quantity for place, one in balances.items()},
        lenient=lenient,
        reserved={place: one.reserved for place, one in balances.items()},
    )
    if promised or originals:
        await _open_promises(books, stock, promised, originals)
    return _Batch(stock, known, taken_back)


async def _open_promises(
    books: Books, stock: Stock, places: set[Place], originals: set[Reference]
) -> None:
    keys = await books.reservations.touching(places, originals)
    stock.reservations = await books.reservations.get(keys)
    stock.used |= await books.reservations.used(originals)


def _require_same(before: Movement, movement: Movement) -> None:
    if before != movement:
        raise ConflictError(
            f"{movement.reference.text} was recorded with other content",
            code="movement_differs",
            field="reference",
            hint="give a new movement a new reference; take a recorded one back by a reversal",
        )

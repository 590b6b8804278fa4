"""Use case: the stock of a plant that already runs is taken over, and taken over again."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from services.kit.errors import DomainError, located
from services.kit.loading import Outcome, Verdict
from services.kit.measures import ItemLot
from services.kit.quantity import Quantity
from services.wms.application.move_stock import move_stock
from services.wms.application.restate import restate
from services.wms.domain.demand import NOTHING
from services.wms.domain.movement import Movement
from services.wms.domain.opening import Counted, Opening
from services.wms.ports import Books
from services.wms.ports.openings import Openings

_COLUMNS = {".stock.handling_unit": ".handling_unit"}


async def open_stock(books: Books, openings: Openings, rows: Sequence[Counted]) -> list[Verdict]:
    """Stock becomes what each row counted, and what was moved here after that; a verdict each.

    What was moved here until `as_of` is part of what was counted. Raises InvalidError,
    ConflictError or NotFoundError naming `rows[i]`.
    """
    rows = await _restate(books, openings, rows)
    await _lock(books, rows)
    known = await openings.get({one.place for one in rows})
    live = await openings.live({one.place: one.as_of.moment for one in rows})
    verdicts, opened = list[Verdict](), list[Opening]()
    moves: dict[int, Movement] = {}
    for position, row in enumerate(rows):
        before = known.get(row.place)
        if before and before.counted == row:
            verdicts.append(Verdict(Outcome.UNCHANGED))
        elif before and row.as_of.moment < before.counted.as_of.moment:
            text = f"counted anew at {before.counted.as_of}: {before.counted.quantity}"
            verdicts.append(Verdict(Outcome.SUPERSEDED, text))
        else:
            moved = Quantity(live.get(row.place, NOTHING), row.quantity.unit)
            opening, movement = Opening(row, moved).correct(before)
            opened.append(opening)
            if movement:
                moves[position] = movement
            verdicts.append(_opened(before, row, movement))
    with _by_row(list(moves)):
        if moves:
            await move_stock(books, list(moves.values()))
    await openings.put(opened)
    return verdicts


async def compare_stock(books: Books, openings: Openings, rows: Sequence[Counted]) -> list[Verdict]:
    """Each row beside what lies there now, and what was moved since it was counted."""
    rows = await _restate(books, openings, rows)
    await _lock(books, rows)
    places = {one.place for one in rows}
    known, balances = await openings.get(places), await books.balances.get(places)
    live = await openings.live(dict.fromkeys(places))
    verdicts = []
    for row in rows:
        balance, opening = balances.get(row.place), known.get(row.place)
        found = balance.quantity if balance else Quantity.zero(row.quantity.unit)
        told = str(row.quantity)
        if opening is None:
            verdicts.append(Verdict(Outcome.MISSING, "never loaded", told, str(found)))
            continue
        since = Quantity(live.get(row.place, NOTHING), found.unit) - opening.before
        verdicts.append(_compared(row, opening, found, since))
    return verdicts


def goods_counted(rows: Sequence[Counted]) -> dict[ItemLot, str]:
    """Each with the column that names it first."""
    goods: dict[ItemLot, str] = {}
    for position, one in enumerate(rows):
        goods.setdefault(one.place.lot.goods, f"rows[{position}].item_no")
    return goods


def _compared(row: Counted, opening: Opening, found: Quantity, since: Quantity) -> Verdict:
    told, counted = str(row.quantity), opening.counted
    if row.as_of.moment < counted.as_of.moment:
        return Verdict(Outcome.SUPERSEDED, f"counted anew at {counted.as_of}", told, str(found))
    if counted != row:
        return Verdict(Outcome.DIFFERENT, "another count is loaded", told, str(counted.quantity))
    if found - since != row.quantity:
        text = f"{since} were moved since"
        return Verdict(Outcome.DIFFERENT, text, told, str(found))
    if since.value:
        return Verdict(Outcome.SUPERSEDED, f"{since} were moved since", told, str(found))
    return Verdict(Outcome.UNCHANGED)


async def _restate(books: Books, openings: Openings, rows: Sequence[Counted]) -> list[Counted]:
    items = await books.items.measures(goods_counted(rows))
    others = [one for one in rows if one.quantity.unit != items.of(one.place.lot.item_no).base]
    known = await openings.get({one.place for one in others}) if others else {}
    restated = []
    for position, row in enumerate(rows):
        before = [known[row.place].counted] if row.place in known else []
        with located(f"rows[{position}].quantity"):
            amount = restate(items, row.place.lot.goods, row.quantity, before)
        restated.append(replace(row, **amount._asdict()))
    return restated


async def _lock(books: Books, rows: Sequence[Counted]) -> None:
    """Nothing moves there before we commit."""
    await books.units.open({one.place.hu for one in rows if one.place.hu})
    await books.lots.open({one.place.lot for one in rows})


def _opened(before: Opening | None, row: Counted, movement: Movement | None) -> Verdict:
    if before is None:
        return Verdict(Outcome.CREATED)
    moved = f"{movement.quantity} moved" if movement else "nothing moved"
    return Verdict(Outcome.CORRECTED, f"{before.counted.quantity} became {row.quantity}: {moved}")


@contextmanager
def _by_row(positions: Sequence[int]) -> Iterator[None]:
    """What is refused of a movement is refused of the row that asked for it."""
    try:
        yield
    except DomainError as error:
        place, _, field = error.field.partition("[")[2].partition("]")
        error.field = f"rows[{positions[int(place)]}]{_COLUMNS.get(field, '.quantity')}"
        raise

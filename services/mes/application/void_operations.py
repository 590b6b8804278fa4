"""Use case: an operation on lots was in error; its amounts go back, its edges do not count."""

from collections.abc import Sequence
from dataclasses import replace

from services.kit.errors import ConflictError, NotFoundError, located
from services.mes.domain.events import LotOperationVoided
from services.mes.domain.handling import Entry
from services.mes.domain.keys import LotKey
from services.mes.domain.lot import Lot
from services.mes.domain.voiding import Void
from services.mes.ports import Books


async def void_operations(
    books: Books, voids: Sequence[Void], *, happened: bool = False
) -> list[Lot]:
    """Take them back in their order, all or none; every lot they touched. Safe to repeat.

    What `happened` elsewhere already is taken back whatever became of its lots since.

    Raises NotFoundError on an unknown event, ConflictError where its lots were used since.
    """
    found = await books.operations.find({void.event for void in voids})
    for place, void in enumerate(voids):
        if void.event not in found:
            raise NotFoundError(
                f"no operation on lots is called {void.event.id}",
                code="unknown_operation",
                field=f"events[{place}].event_id",
                hint="a confirmation is voided by one that reverses it",
            )
    every = [lot for one in found.values() for lot, _ in one.entries]
    lots = await books.lots.open(set(every))
    before = {key: replace(lot) for key, lot in lots.items()}
    done = await books.genealogy.voided({void.event for void in voids})
    for place, void in enumerate(voids):
        if void.event in done:
            continue
        done.add(void.event)
        with located(f"events[{place}]"):
            touched = _take_back(lots, found[void.event].entries, void, strict=not happened)
        books.facts.tell(LotOperationVoided(void, touched))
    await books.lots.save([lot for key, lot in lots.items() if lot != before[key]])
    await books.genealogy.declare(voids, {})
    await books.operations.void({void.event for void in voids})
    await books.genealogy.strike_operations({void.event for void in voids})
    return [lots[key] for key in sorted(lots)]


def _take_back(
    lots: dict[LotKey, Lot], entries: Sequence[Entry], void: Void, *, strict: bool
) -> list[Lot]:
    for key, amount in entries:
        if amount.value < 0:
            lots[key].give_back(-amount)
        else:
            lots[key].take_back(amount)
        lots[key].as_of = void.at
    for key, amount in entries:
        if strict and amount.value > 0 and _overdrawn(lots[key]):
            raise ConflictError(
                f"lot {key} was used since",
                code="lot_in_use",
                field="event_id",
                hint="void first what used it",
            )
    return [lots[key] for key in dict.fromkeys(key for key, _ in reversed(entries))]


def _overdrawn(lot: Lot) -> bool:
    if (left := lot.on_hand) is not None:
        return left.value < 0
    return bool(lot.spent and lot.spent.value)

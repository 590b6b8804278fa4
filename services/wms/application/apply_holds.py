"""Use case: quality's holds take effect on stock, and on what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.wms.domain.hold import EVERYTHING, Block, Hold
from services.wms.domain.keys import LotKey
from services.wms.ports import Books


async def apply_holds(books: Books, holds: Sequence[Hold]) -> list[str]:
    """Apply or lift each; when this commits, no movement that a hold forbids happens any more.

    A lot that nobody moved yet is held too. Lots into which stock was relabelled or transferred
    inherit what holds their source: they are locked with it, for a link needs the lock of its
    source. The hold numbers, in force or lifted.
    """
    await lock_with_below(books, {hold.lot for hold in holds})
    await books.lots.hold(holds)
    return sorted({hold.hold_no for hold in holds})


@dataclass(frozen=True, slots=True)
class Inherited:
    """Mes made `lot` of `source`, on which a hold was in force."""

    lot: LotKey
    source: LotKey
    hold_no: str
    version: int
    blocks: frozenset[Block] = frozenset()
    """None where mes did not say."""


async def inherit_holds(books: Books, passed: Sequence[Inherited]) -> None:
    """Hold what was made of held lots, as far as their sources are; safe to repeat.

    Where mes does not say what it blocks, and it is not known here yet, it stops everything until
    quality's own order for the lot says what. That one, also where it lifts, is never replaced.
    """
    await lock_with_below(books, {one.lot for one in passed})
    known = await books.lots.holds({one.source for one in passed})
    blocks = {
        (source, hold.hold_no): hold.blocks for source, holds in known.items() for hold in holds
    }
    holds = [
        Hold(
            one.hold_no,
            one.lot,
            active=True,
            version=one.version,
            blocks=one.blocks or blocks.get((one.source, one.hold_no), EVERYTHING),
        )
        for one in passed
    ]
    await books.lots.hold(holds, inherited=True)


async def lock_with_below(books: Books, lots: set[LotKey]) -> None:
    """These and what became of them, a level at a time."""
    locked: set[LotKey] = set()
    while new := lots - locked:
        await books.lots.open(new)
        locked |= new
        lots = await books.lots.children(new)

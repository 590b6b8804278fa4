"""Use case: what the warehouse alone was told becomes genealogy: receipts, shipments, relabels.

It has happened. So nothing here refuses it but what genealogy cannot hold: a lot made of itself.
"""

from collections.abc import Sequence
from itertools import groupby

from services.mes.application.operate_lots import operate_lots
from services.mes.application.void_operations import void_operations
from services.mes.domain.lot_operation import LotOperation
from services.mes.domain.voiding import Void
from services.mes.ports import Books


async def follow_stock(books: Books, moved: Sequence[LotOperation | Void]) -> None:
    """Each once, in their order; what is taken back and was never of interest here is left out.

    Raises ConflictError naming `operations[i]` where a lot would come from itself.
    """
    for kind, run in groupby(moved, key=type):
        if kind is Void:
            await _take_back(books, [one for one in run if isinstance(one, Void)])
        else:
            operations = [one for one in run if isinstance(one, LotOperation)]
            await operate_lots(books, operations, happened=True)


async def _take_back(books: Books, voids: Sequence[Void]) -> None:
    known = await books.operations.find({void.event for void in voids})
    if ours := [void for void in voids if void.event in known]:
        await void_operations(books, ours, happened=True)

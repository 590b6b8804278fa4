"""Use case: quality's holds take effect on what waits for the ERP."""

from collections.abc import Collection, Sequence

from services.erp.domain.hold import Hold, held
from services.erp.domain.keys import LotKey
from services.erp.ports import Books, Postings
from services.kit.errors import UnavailableError


async def apply_holds(
    books: Books, wanted: Sequence[Hold], *, inherited: bool = False
) -> list[str]:
    """Apply or lift each, the newest version of it, once; the numbers of all that were named.

    From the commit on nothing more of a lot is sent whose hold blocks posting. `inherited` are
    those that mes passed on to what it made of held lots. What an ERP may be working on already is
    another question: see `refuse_while_under_way`.
    """
    lots = {hold.lot for hold in wanted}
    holds = {(hold.hold_no, hold.lot): hold for hold in await books.holds.lock(lots)}
    for hold in wanted:
        if hold.follows(holds.get((hold.hold_no, hold.lot)), inherited=inherited):
            holds[hold.hold_no, hold.lot] = hold
            await books.holds.put(hold)
    reasons = held(holds.values())
    await books.postings.set_aside(reasons)
    await books.postings.release(lots - reasons.keys())
    return sorted({hold.hold_no for hold in wanted})


async def refuse_while_under_way(postings: Postings, wanted: Collection[Hold]) -> None:
    """Raises UnavailableError while an ERP may still be posting something of a lot to be held."""
    lots: set[LotKey] = {hold.lot for hold in wanted if hold.stops}
    if busy := await postings.under_way(lots):
        raise UnavailableError(
            f"{busy[0]} is on its way to the ERP",
            code="posting_under_way",
            field="holds",
            hint="the hold is applied; ask again until nothing of the lot is under way",
            retry_after=1,
        )

"""Use case: a posting is put into an ERP's decimals, the same way however often it is tried."""

from collections.abc import Sequence

from services.erp.domain.document import PostingDocument
from services.erp.domain.posting import Kind, Posting
from services.erp.domain.rounding import Precision, Share, share
from services.erp.ports import Rounding


async def round_posting(
    rounding: Rounding, system: str, posting: Posting, document: PostingDocument, fit: Precision
) -> Sequence[Share]:
    """What becomes of the document's amounts; what is left over waits for the order's next one.

    A reversal takes both back, with what it reverses.
    """
    if posting.kind is Kind.REVERSAL:
        await rounding.take_back(system, posting.reverses, by=posting.reference)
        return ()
    known = await rounding.of(system, posting.reference)
    measured = {
        (line.item_no, line.unit) for line in document.lines if fit.of(line.unit) is not None
    }
    before = await rounding.before(system, posting, measured)
    shares = share(document.lines, fit, before)
    if [one.wanted for one in known] == [one.wanted for one in shares]:
        return known
    await rounding.put(system, posting, shares)
    return shares

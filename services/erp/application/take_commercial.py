"""Use case: an ERP's word on a sales or purchase order is stored, plant by plant, and told."""

from services.erp.application.map_commercial import map_commercial
from services.erp.domain.commercial import changed
from services.erp.domain.commercial_document import CommercialDocument
from services.erp.domain.keys import Trade
from services.erp.ports import Books


async def take_commercial(
    trade: Trade, books: Books, system: str, document: CommercialDocument
) -> None:
    """All plants of the order or none; raises InvalidError naming the field that cannot be read.

    Lines at plants that this ERP does not serve are nobody's here. A plant that has no line of it
    any more keeps the order without lines.
    """
    known = await books.commercial.lock(trade, document.order_no)
    served = set(await books.systems.plants(system))
    named = {line.plant for line in document.lines}
    was = {key.plant for key, order in known.items() if order.system == system}
    for plant in sorted(served & (named | was)):
        order = await map_commercial(books, trade, system, document, plant)
        if changed(known.get(order.key), order):
            await books.commercial.put(order)

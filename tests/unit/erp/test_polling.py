"""Every kind of an ERP's orders is polled; what one of them does is nothing to the others."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.erp.application.poll_orders import Desk, poll_orders
from services.erp.domain.commercial_document import (
    CommercialDocument,
)
from services.erp.domain.keys import Trade
from services.erp.ports.feeds import Changes, RawOrder
from services.kit.errors import UnavailableError
from tests.unit.erp.memory import (
    MemoryInbox,
    MemoryMarks,
    MemorySources,
    Shelf,
)
from tests.unit.erp.memory import document as production_paper
from tests.unit.erp.memory_commercial import CODES, NOON, SALE, line, paper


@pytest.fixture
def shelf() -> Shelf:
    """ERP serves lyon and nice, and knows its customers."""
    shelf = Shelf()
    shelf.master.systems = {"lyon": "erp-1", "nice": "erp-1", "metz": "erp-2"}
    shelf.master.codes = CODES
    return shelf


class Stack:
    """A feed of one page of documents, named by their content."""

    def __init__(self, *papers: CommercialDocument) -> None:
        self.papers = papers

    async def list_orders(self, changed_since: str) -> Changes:
        """All of them."""
        numbers = range(len(self.papers))
        return Changes(tuple(RawOrder(f"{n}", f"{n}".encode()) for n in numbers), "m1")

    async def get_order(self, plant: str, order_no: str) -> RawOrder | None:
        """Nobody asks for one."""
        raise NotImplementedError

    def read_order(self, content: bytes) -> CommercialDocument:
        """The one of this name."""
        return self.papers[int(content)]


class Silent(Stack):
    """Does not answer."""

    async def list_orders(self, changed_since: str) -> Changes:
        """Nothing."""
        raise UnavailableError("no sales today")


class Erp:
    """Production orders, and both trades."""

    def __init__(self, sales: Stack, purchases: Stack) -> None:
        self.sales_orders, self.purchase_orders = sales, purchases

    async def list_orders(self, changed_since: str) -> Changes:
        """One."""
        return Changes((RawOrder("4711", b""),), "p1")

    async def get_order(self, plant: str, order_no: str) -> RawOrder | None:
        """Nobody asks for one."""
        raise NotImplementedError

    def read_order(self, content: bytes) -> object:
        """Made for a sales order."""
        return production_paper(statuses=(), operations=(), sales_order="7001", sales_line=10)


async def test_every_kind_is_read_and_one_that_cannot_be_mapped_waits_alone(shelf: Shelf) -> None:
    inboxes = {kind: MemoryInbox() for kind in ("production_order", *Trade)}
    marks, sources = MemoryMarks(), MemorySources()
    desk = Desk(lambda _, kind: inboxes[kind], marks, shelf.books, sources)
    unknown = paper(order_no="7002", partner="C-9")
    bought = paper(line(ship_to=""), statuses=("SENT",), as_of=NOON + timedelta(hours=1))
    await poll_orders("erp-1", Erp(Stack(unknown, paper()), Stack(bought)), desk)  # type: ignore[arg-type]
    assert set(shelf.commercial.orders) == {SALE, replace(SALE, trade=Trade.PURCHASE)}
    assert inboxes[Trade.SALES].kept["0", b"0"] == "unmapped_code partner"
    assert set(marks.marks) == {("erp-1", kind) for kind in inboxes}
    assert sources.said == [("erp-1", NOON + timedelta(hours=1))]
    [made] = shelf.orders.orders.values()
    assert made.sales_line
    assert (made.sales_line.order_no, made.sales_line.line_no) == ("7001", 10)


async def test_a_kind_that_is_silent_holds_up_no_other_and_is_named(shelf: Shelf) -> None:
    sources = MemorySources()
    desk = Desk(lambda *_: MemoryInbox(), MemoryMarks(), shelf.books, sources)
    bought = paper(line(ship_to=""), statuses=("SENT",))
    with pytest.raises(UnavailableError, match="no sales today"):
        await poll_orders("erp-1", Erp(Silent(), Stack(bought)), desk)  # type: ignore[arg-type]
    assert [order.key.trade for order in shelf.commercial.told] == [Trade.PURCHASE]
    assert sources.said == [("erp-1", "no sales today")]

"""Orders are read page by page; what failed is read again, and who is silent is known."""

import pytest

from services.erp.application.poll_orders import Desk, poll_orders
from services.erp.domain.document import OrderDocument
from services.erp.ports.feeds import Changes, CommercialFeed, NotRead, RawOrder
from services.kit.errors import (
    UnavailableError,
)
from tests.unit.erp.memory import (
    NOON,
    ORDER,
    MemoryInbox,
    MemoryMarks,
    MemorySources,
    Shelf,
    document,
    kg,
)


class PagedErp:
    """Answers a page a call; `asked` are the marks it was given. A raw order is an amount."""

    def __init__(self, *pages: tuple[str, ...]) -> None:
        self.pages = pages
        self.asked: list[str] = []
        self.sales_orders: CommercialFeed | NotRead = NotRead("it sells nothing")
        self.purchase_orders: CommercialFeed | NotRead = NotRead("it buys nothing")

    async def list_orders(self, changed_since: str) -> Changes:
        """The next page."""
        self.asked.append(changed_since)
        page = self.pages[len(self.asked) - 1]
        orders = tuple(RawOrder("4711", amount.encode()) for amount in page)
        return Changes(orders, f"m{len(self.asked)}", len(self.asked) < len(self.pages))

    def read_order(self, content: bytes) -> OrderDocument:
        """An order of that amount."""
        return document(amount=content.decode())

    async def get_order(self, plant: str, order_no: str) -> RawOrder | None:
        """Nobody asks for one."""
        raise NotImplementedError


async def test_a_poll_reads_every_page_and_goes_on_from_the_mark() -> None:
    shelf, inbox, marks, sources = Shelf(), MemoryInbox(), MemoryMarks(), MemorySources()
    erp = PagedErp(("bad", "7"), ("8", "7"))
    await poll_orders("erp-1", erp, Desk(lambda *_: inbox, marks, shelf.books, sources))
    assert erp.asked == ["", "m1"]
    assert marks.marks == {("erp-1", "production_order"): "m2"}
    assert shelf.orders.orders[ORDER].quantity == kg("8")
    assert inbox.kept[("4711", b"bad")] == "not_a_decimal quantity.value"
    assert sources.said == [("erp-1", NOON)]
    assert sources.not_read == {
        "sales_order": "it sells nothing",
        "purchase_order": "it buys nothing",
    }


async def test_what_failed_is_read_again_before_the_next_page() -> None:
    shelf, inbox, marks = Shelf(), MemoryInbox(), MemoryMarks()
    codes, shelf.master.codes = shelf.master.codes, ()
    desk = Desk(lambda *_: inbox, marks, shelf.books, MemorySources())
    await poll_orders("erp-1", PagedErp(("7",)), desk)
    assert not shelf.orders.orders
    assert inbox.kept[("4711", b"7")] == "unmapped_code quantity.unit"
    shelf.master.codes = codes
    await poll_orders("erp-1", PagedErp(()), desk)
    assert shelf.orders.orders[ORDER].quantity == kg("7")


class SilentErp(PagedErp):
    """Does not answer."""

    async def list_orders(self, changed_since: str) -> Changes:
        """Nothing."""
        raise UnavailableError("no answer")


async def test_an_erp_that_does_not_answer_is_known_to_be_silent() -> None:
    sources = MemorySources()
    desk = Desk(lambda *_: MemoryInbox(), MemoryMarks(), Shelf().books, sources)
    with pytest.raises(UnavailableError):
        await poll_orders("erp-1", SilentErp(), desk)
    await poll_orders("erp-1", PagedErp(()), desk)
    assert sources.said == [("erp-1", "no answer"), ("erp-1", None)]


class StuckErp(PagedErp):
    """Has always more, and never goes on."""

    async def list_orders(self, changed_since: str) -> Changes:
        """The first page."""
        return Changes((RawOrder("4711", b"7"),), "m1", more=True)


async def test_an_erp_that_does_not_go_on_is_not_asked_for_ever() -> None:
    marks, sources = MemoryMarks(), MemorySources()
    desk = Desk(lambda *_: MemoryInbox(), marks, Shelf().books, sources)
    with pytest.raises(UnavailableError, match="same page"):
        await poll_orders("erp-1", StuckErp(), desk)
    assert marks.marks == {("erp-1", "production_order"): "m1"}

"""Orders as the ERP tells of them, and of their changes."""

from decimal import Decimal
from typing import Protocol

import pytest

from services.erp.ports import ErpSystem
from services.erp.ports.feeds import Changes, Feed
from services.kit.errors import InvalidError
from tests.contract.erp_system.stage import (
    ORDER,
    Stage,
    Trouble,
)


class OrderContract:
    """Reading and polling."""

    async def test_an_order_is_read_as_the_erp_says_it(self, erp: ErpSystem, stage: Stage) -> None:
        raw = await erp.get_order(stage.plant, ORDER)
        assert raw is not None
        order = erp.read_order(raw.content)
        assert (order.plant, order.order_no, order.item_no) == (stage.plant, ORDER, stage.made)
        assert (Decimal(order.amount), order.unit) == (Decimal(100), stage.unit)
        assert order.as_of.utcoffset() is not None
        assert [one.item_no for one in order.components] == [stage.used]
        assert order.statuses
        assert order.operations
        assert order.version

    async def test_an_unknown_order_is_none(self, erp: ErpSystem, stage: Stage) -> None:
        assert await erp.get_order(stage.plant, "no-such-order") is None

    async def test_unreadable_content_is_invalid(self, erp: ErpSystem) -> None:
        with pytest.raises(InvalidError):
            erp.read_order(b'{"plant": 7}')

    async def test_changes_are_polled_page_by_page(self, erp: ErpSystem, stage: Stage) -> None:
        wanted = {ORDER, *(f"5{number}" for number in range(7))}
        for order_no in sorted(wanted - {ORDER}):
            await stage.release(order_no)
        seen, mark, pages = await poll(erp, "")
        assert seen == wanted
        assert pages > 1, "the fixture's page is smaller than this"
        await stage.release("6000")
        assert "6000" in (await poll(erp, mark))[0]

    async def test_a_change_that_is_committed_late_is_not_missed(
        self, erp: ErpSystem, stage: Stage
    ) -> None:
        await stage.release("4712")
        if Trouble.LATE_COMMIT not in stage.troubles:
            pytest.skip(f"not this ERP: {Trouble.LATE_COMMIT}")
        before = await versions(erp, stage, ORDER, "4712")
        late = await stage.overtake(slow=ORDER, quick="4712")
        seen, mark = await changed_since(erp, "", before)
        assert seen == {"4712"}
        await late
        assert ORDER in (await changed_since(erp, mark, before))[0]


class _Version(Protocol):
    @property
    def order_no(self) -> str: ...

    @property
    def version(self) -> str: ...


async def poll(erp: Feed[_Version], mark: str) -> tuple[set[str], str, int]:
    """Orders seen since a mark, the next mark, and the number of pages."""
    seen, pages = set[str](), 0
    while True:
        changes: Changes = await erp.list_orders(mark)
        seen |= {erp.read_order(raw.content).order_no for raw in changes.orders}
        mark, pages = changes.mark, pages + 1
        if not changes.more:
            return seen, mark, pages


async def versions(erp: Feed[_Version], stage: Stage, *order_nos: str) -> dict[str, str]:
    """Of orders as they are now."""
    known = {}
    for order_no in order_nos:
        raw = await erp.get_order(stage.plant, order_no)
        assert raw is not None
        known[order_no] = erp.read_order(raw.content).version
    return known


async def changed_since(
    erp: Feed[_Version], mark: str, before: dict[str, str]
) -> tuple[set[str], str]:
    """Orders that a poll shows in another version than `before`, and the next mark."""
    seen = set[str]()
    while True:
        changes = await erp.list_orders(mark)
        for order in (erp.read_order(raw.content) for raw in changes.orders):
            seen |= {order.order_no} if before.get(order.order_no) != order.version else set()
        mark = changes.mark
        if not changes.more:
            return seen, mark

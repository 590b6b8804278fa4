"""Movements become entries in PostgreSQL: once over any death, and for ever."""

import psycopg
import pytest
from plantmesh.wms.v1.events_pb2 import StockMoved

from services.erp import consumers
from services.erp.settings import ErpSettings
from services.erp.store.finance import sql_accounts
from services.kit.checkpoint import observe
from services.kit.store import Store
from services.wms.__main__ import SUBSCRIBERS
from tests.component.erp.money.books import BOOKED, STORY, Warehouse, ask, balances, moved


class Death(BaseException):
    """What a kill looks like from inside."""


async def test_a_days_movements_on_their_way_through_the_broker(
    store: Store, warehouse: Warehouse
) -> None:
    await warehouse.tell(*STORY)
    await warehouse.booked(6)
    assert await balances(store) == BOOKED
    async with store.work():
        assert not await sql_accounts().reports.recount()


@pytest.mark.parametrize(
    "name", ["consumer.before_apply", "consumer.mid_batch", "consumer.after_commit"]
)
async def test_whoever_dies_at_any_moment_books_once(
    store: Store, warehouse: Warehouse, name: str
) -> None:
    await warehouse.tell(*STORY)
    died = False

    def strike(at: str) -> None:
        nonlocal died
        if at == name and not died:
            died = True
            raise Death

    observe(strike)
    try:
        with pytest.raises(Death):
            await warehouse.booked(6)
    finally:
        observe(lambda _: None)
    await warehouse.booked(6)
    assert await balances(store) == BOOKED
    assert not await ask(store, "SELECT 1 FROM parked_key")


async def test_an_event_that_is_told_twice_is_booked_once(
    store: Store, warehouse: Warehouse
) -> None:
    await warehouse.tell(STORY[0], STORY[0])
    await warehouse.tell(STORY[0], STORY[1])
    await warehouse.booked(2)
    assert (await balances(store))["A-grir"] == -20040


async def test_the_database_refuses_to_change_the_journal(
    store: Store, warehouse: Warehouse
) -> None:
    await warehouse.tell(STORY[0])
    await warehouse.booked(1)
    for change in (
        "UPDATE journal_line SET amount = 1",
        "DELETE FROM journal_line",
        "DELETE FROM journal_entry",
        "TRUNCATE journal_line",
        "UPDATE journal_entry SET order_no = 'other'",
    ):
        with pytest.raises(psycopg.errors.RaiseException, match="stays as it was booked"):
            await ask(store, change)
    unbalanced = (
        "INSERT INTO journal_line SELECT id, 9, 'lyon', 'x', 'stock', 1, 0, '', 0"
        " FROM journal_entry"
    )
    with pytest.raises(psycopg.errors.RaiseException, match="debit is not credit"):
        await ask(store, unbalanced)


async def test_a_recount_finds_a_changed_stock_value(store: Store, warehouse: Warehouse) -> None:
    await warehouse.tell(*STORY)
    await warehouse.booked(6)
    await ask(store, "UPDATE stock_value SET posted = posted + 1 WHERE item_no = 'widget'")
    async with store.work():
        [drift] = await sql_accounts().reports.recount()
    assert drift == ("lyon", "widget", "A-stock", "EUR")


async def test_consigned_goods_stay_theirs_when_they_are_moved_about(
    store: Store, warehouse: Warehouse
) -> None:
    await warehouse.tell(
        moved("RECEIPT_PURCHASE", "c-1", "4", owner="sup-1"),
        moved("TRANSFER_LOCATION", "c-2", "4", owner="sup-1"),
        moved("TAKE_OVER", "c-3", "1", owner="sup-1"),
    )
    await warehouse.booked(3)
    assert await balances(store) == {"A-grir": -200, "A-stock": 200}


async def test_an_opening_and_its_correction_are_booked_against_their_own_account(
    store: Store, warehouse: Warehouse
) -> None:
    await warehouse.tell(
        moved("OPENING_BALANCE", "opening/0/1", "100"),
        moved("OPENING_BALANCE", "opening/0/2", "-40"),
        moved("OPENING_BALANCE", "opening/1/1", "7", owner="sup-1"),
    )
    await warehouse.booked(3)
    assert await balances(store) == {"A-opening": -12024, "A-stock": 12024}


def test_the_consumer_is_waited_for_before_anything_is_trimmed() -> None:
    """Its name stands where the owners of both topics look."""
    assert consumers.MONEY in SUBSCRIBERS
    assert consumers.MONEY in ErpSettings.model_fields["subscribers"].default


def test_what_it_reads_is_what_wms_tells() -> None:
    assert consumers.money().find(StockMoved.DESCRIPTOR.full_name.encode())

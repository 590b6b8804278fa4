"""A document that cannot be valued waits alone, and goes on by itself."""

from redis.asyncio import Redis

from services.erp.store.finance import sql_accounts
from services.erp.store.parked import Releases
from services.kit.migrate import migrate
from services.kit.store import Store
from tests.component.erp.money.books import (
    BOOKED,
    CLOCK,
    STORY,
    Warehouse,
    ask,
    balances,
    moved,
    movements,
    owner,
    put_accounts,
    put_costs,
    release,
)
from tests.servers import PostgresServer, ValkeyServer


async def test_a_missing_cost_and_a_missing_account_stop_their_own_documents(
    store: Store, warehouse: Warehouse
) -> None:
    gold = [
        moved("ISSUE_TO_ORDER", "g-1", "3", item_no="gold"),
        moved("REVERSAL", "g-2", "3", item_no="gold", reverses="g-1", order_no="4711"),
        moved("ISSUE_TO_ORDER", "g-3", "3", item_no="gold"),
    ]
    await warehouse.tell(*gold, *STORY)
    await warehouse.booked(6)
    assert await balances(store) == BOOKED, "nothing else of the order waits"
    rows = await ask(store, "SELECT reference, code, wants FROM parked_document ORDER BY 1")
    assert rows == [
        ("g-1", "unknown_item", "item/gold"),
        ("g-2", "original_waits", "movement/lyon/g-1"),
        ("g-3", "unknown_item", "item/gold"),
    ]
    await release(store)
    assert await movements(store) == 6
    await put_costs(store, gold="1000")
    await release(store)
    assert await movements(store) == 9
    assert (await balances(store))["A-wip"] == BOOKED["A-wip"] + 300000
    assert not await ask(store, "SELECT 1 FROM parked_document")


async def test_an_account_that_is_approved_lets_its_documents_go(
    store: Store, postgres: PostgresServer, fresh_valkey: ValkeyServer
) -> None:
    await put_costs(store, steel="2")
    await put_accounts(store, "stock", "wip", "rounding")
    wms = owner(postgres.dsn("wms", prepared_by=lambda url: migrate("kit", url)))
    async with Redis.from_url(fresh_valkey.url) as redis:
        here = Warehouse(wms, store, redis)
        await here.tell(STORY[0], STORY[1])
        await here.booked(1)
    await wms.close()
    rounds = Releases(store, sql_accounts(), CLOCK)
    await rounds.round()
    assert await movements(store) == 1
    [(wants,)] = await ask(store, "SELECT wants FROM parked_document")
    assert wants == "account/lyon/grir/RAW"
    await put_accounts(store, "grir/RAW")
    await rounds.round()
    assert await balances(store) == {"A-grir/RAW": -20000, "A-stock": 12000, "A-wip": 8000}

"""Restored databases and total losses: nothing is skipped in silence."""

from services.kit.backbone.identity import FINGERPRINT, raise_incarnation
from services.kit.backbone.link import fetch
from services.kit.backbone.signal import Signal
from services.kit.store import Store
from tests.component.kit.backbone.shop import TOPIC, Shop, keys_of
from tests.servers import PostgresServer

[KEY] = keys_of(0, 1)


async def positions(shop: Shop) -> list[str]:
    return [id for id, _ in await shop.entries(0)]


async def ids(shop: Shop) -> list[str]:
    return [ce_id for _, ce_id in await shop.entries(0)]


async def test_the_same_database_elsewhere_keeps_its_incarnation(shop: Shop) -> None:
    await shop.deliver((KEY, "1"))
    assert shop.heard.counts[Signal.NEW_INCARNATION] == 0


async def test_a_restored_database_starts_a_new_incarnation_and_drops_the_forgotten(
    shop: Shop,
) -> None:
    first = shop.relay()
    kept = await shop.publish((KEY, "1"))
    await shop.carry(first)
    forgotten = await shop.publish((KEY, "2"), (KEY, "3"))
    await shop.carry(first)
    await first.close()
    await _restore_to(shop, n=1)
    new = await shop.publish((KEY, "4"))
    await shop.carry(shop.relay())
    assert shop.heard.counts[Signal.NEW_INCARNATION] == 1
    assert shop.heard.counts[Signal.GHOST_DROPPED] == 1
    assert await positions(shop) == ["1-1", "2-2"]
    assert await ids(shop) == [*kept, *new]
    assert not {*forgotten} & {*await ids(shop)}


async def test_subscribers_that_all_saw_what_is_forgotten_get_the_fork_to_see(
    shop: Shop,
) -> None:
    relay = shop.relay(trim=0.0)
    await shop.publish(*((KEY, str(i)) for i in range(4)))
    await shop.carry(relay)
    await shop.redis.hset(TOPIC.reports(0), "reader", "1-4")
    await shop.carry(relay)
    await relay.close()
    await _restore_to(shop, n=2)
    await shop.publish((KEY, "new"))
    await shop.carry(shop.relay())
    assert await positions(shop) == ["2-3"]
    assert shop.heard.counts[Signal.HOLE_IN_OUTBOX] == 0


async def _restore_to(shop: Shop, n: int) -> None:
    """As after a logical restore: what came later is gone, the database has another oid."""
    await shop.ask_owner("DELETE FROM outbox WHERE partition = 0 AND n > %s", n)
    await shop.ask_owner("UPDATE stream_head SET n = %s, sent_n = %s WHERE partition = 0", n, n)
    await shop.ask_owner("UPDATE outbox_key SET sequence = %s", n)
    await shop.ask_owner("UPDATE stream_identity SET fingerprint = 'the database it was'")


async def test_a_copy_of_a_database_is_another_one(shop: Shop, postgres: PostgresServer) -> None:
    """The real thing: the fingerprint of a database made from a template differs."""
    await shop.carry(shop.relay())
    fingerprints = []
    for store in (shop.owner, Store(postgres.dsn("copy"))):
        connection = await store.raw()
        [(fingerprint,)] = await fetch(connection, FINGERPRINT)
        fingerprints.append(fingerprint)
        await connection.close()
    assert len({*fingerprints}) == len(fingerprints)
    assert len({fingerprint.rsplit("/", 1)[0] for fingerprint in fingerprints}) == 1


async def test_after_a_total_loss_it_begins_at_the_lowest_cursor(shop: Shop) -> None:
    await shop.publish(*((KEY, str(i)) for i in range(6)))
    relay = shop.relay(subscribers=("fast", "slow"))
    await shop.carry(relay)
    await shop.ask_owner("UPDATE subscriber SET incarnation = 1, n = 5 WHERE name = 'fast'")
    await shop.redis.flushall()
    await shop.carry(relay)
    assert len(await positions(shop)) == 6
    await shop.ask_owner("UPDATE subscriber SET incarnation = 1, n = 3 WHERE name = 'slow'")
    await shop.redis.flushall()
    await shop.carry(relay)
    assert await positions(shop) == ["1-4", "1-5", "1-6"]


async def test_after_a_total_loss_nothing_waits_that_everybody_has_read(shop: Shop) -> None:
    await shop.publish(*((KEY, str(i)) for i in range(6)))
    relay = shop.relay(subscribers=("fast",))
    await shop.carry(relay)
    await shop.ask_owner("UPDATE subscriber SET incarnation = 1, n = 6 WHERE name = 'fast'")
    await shop.redis.flushall()
    await shop.carry(relay)
    assert await positions(shop) == []
    [(waiting,)] = await shop.ask_owner("SELECT sum(n - sent_n) FROM stream_head")
    assert waiting == 0


async def test_a_cursor_beyond_the_head_stops_an_unraised_incarnation(shop: Shop) -> None:
    """A file-level copy of an older database: what it places next, that subscriber would skip."""
    await shop.publish((KEY, "1"))
    relay = shop.relay()
    await shop.carry(relay)
    await shop.redis.flushall()
    await shop.redis.hset(TOPIC.reports(0), "reader", "1-3")
    restored = shop.relay(patience=0.0)
    for i in range(2, 6):
        await shop.publish((KEY, str(i)))
        await shop.carry(restored)
    assert shop.heard.counts[Signal.CURSOR_BEYOND_HEAD]
    assert await positions(shop) == []
    connection = await shop.owner.raw()
    await raise_incarnation(connection)
    await connection.close()
    await shop.carry(restored)
    assert await positions(shop) == ["2-2", "2-3", "2-4", "2-5"]

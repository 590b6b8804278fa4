"""Trimming: only below every subscriber's cursor, never the last of anything."""

from datetime import timedelta

import pytest

from services.kit.backbone.link import Link
from services.kit.backbone.relay import Relay
from services.kit.backbone.signal import Signal
from services.kit.backbone.trim import forget
from tests.component.kit.backbone.shop import TOPIC, Shop, keys_of

[KEY] = keys_of(0, 1)


async def left(shop: Shop) -> list[str]:
    return [id for id, _ in await shop.entries(0)]


async def report(shop: Shop, **cursors: str) -> None:
    for partition in range(TOPIC.partitions):
        for name, cursor in cursors.items():
            await shop.redis.hset(TOPIC.reports(partition), name, cursor)


@pytest.fixture
async def relay(shop: Shop) -> Relay:
    """Six events of a partition published, two subscribers expected."""
    relay = shop.relay(trim=0.0, subscribers=("fast", "slow"))
    await shop.publish(*((KEY, str(i)) for i in range(6)))
    await shop.carry(relay)
    return relay


async def test_nothing_is_trimmed_before_everybody_reported(shop: Shop, relay: Relay) -> None:
    await report(shop, fast="1-6")
    await shop.carry(relay)
    assert len(await left(shop)) == 6
    assert shop.heard.counts[Signal.TRIM_WITHHELD]
    assert shop.heard.facts[Signal.TRIM_WITHHELD]["missing"] == ["slow"]


async def test_the_slowest_holds_its_next_entry_and_the_one_at_its_cursor(
    shop: Shop, relay: Relay
) -> None:
    await report(shop, fast="1-6", slow="1-3")
    await shop.carry(relay)
    assert await left(shop) == ["1-3", "1-4", "1-5", "1-6"]


async def test_the_last_entry_stays_whatever_is_reported(shop: Shop, relay: Relay) -> None:
    await report(shop, fast="1-9", slow="2-1")
    await shop.carry(relay)
    assert await left(shop) == ["1-6"]
    assert shop.heard.counts[Signal.CURSOR_BEYOND_HEAD]
    await report(shop, fast="1-6", slow="1-6")
    await shop.carry(relay)
    await shop.publish((KEY, "next"))
    await shop.carry(relay)
    assert (await left(shop))[-1] == "1-7"


async def test_the_registry_survives_what_the_broker_forgets(shop: Shop, relay: Relay) -> None:
    await report(shop, fast="1-6", slow="1-3")
    await shop.carry(relay)
    await shop.redis.flushall()
    await shop.carry(relay)
    assert await left(shop) == ["1-4", "1-5", "1-6"]


async def test_a_cursor_that_went_back_holds_more_again(shop: Shop, relay: Relay) -> None:
    await report(shop, fast="1-4", slow="1-4")
    await shop.carry(relay)
    await report(shop, slow="1-2")
    await shop.carry(relay)
    await shop.redis.delete(TOPIC.stream(0))
    await shop.carry(relay)
    assert await left(shop) == ["1-3", "1-4", "1-5", "1-6"]


async def test_who_is_forgotten_holds_nothing_back(shop: Shop, relay: Relay) -> None:
    await report(shop, fast="1-5", slow="1-2")
    await shop.carry(relay)
    link = Link(shop.owner)
    await forget(link, shop.redis, TOPIC, "slow")
    await link.drop()
    await shop.carry(relay)
    assert await left(shop) == ["1-5", "1-6"]


async def test_old_rows_go_below_every_cursor_but_never_the_last(shop: Shop, relay: Relay) -> None:
    await shop.ask_owner("UPDATE outbox SET written_at = written_at - interval '29 days'")
    await report(shop, fast="1-6", slow="1-6")
    await shop.carry(relay)
    assert await rows(shop) == [1, 2, 3, 4, 5, 6]
    await shop.ask_owner("UPDATE outbox SET written_at = written_at - interval '2 days'")
    await report(shop, slow="1-4")
    await shop.carry(relay)
    assert await rows(shop) == [4, 5, 6]
    await report(shop, slow="1-9", fast="1-9")
    await shop.carry(relay)
    assert await rows(shop) == [6]


async def test_where_nobody_subscribed_what_is_old_goes_but_never_the_last(shop: Shop) -> None:
    relay = shop.relay(trim=0.0)
    await shop.publish(*((KEY, str(i)) for i in range(6)))
    await shop.carry(relay)
    assert (await rows(shop), len(await left(shop))) == ([1, 2, 3, 4, 5, 6], 6)
    await age(shop, 4)
    await shop.carry(relay)
    assert (await rows(shop), await left(shop)) == ([5, 6], ["1-5", "1-6"])
    await age(shop, 6)
    await shop.carry(relay)
    assert (await rows(shop), await left(shop)) == ([6], ["1-6"])


async def test_a_first_report_keeps_what_is_old(shop: Shop) -> None:
    relay = shop.relay(trim=0.0)
    await shop.publish(*((KEY, str(i)) for i in range(6)))
    await shop.carry(relay)
    await age(shop, 6)
    await report(shop, new="1-2")
    await shop.carry(relay)
    assert await rows(shop) == [2, 3, 4, 5, 6]


async def age(shop: Shop, upto: int) -> None:
    """Make the first so many rows older than anything that is kept for its age."""
    await shop.ask_owner(
        f"UPDATE outbox SET written_at = written_at - interval '31 days' WHERE n <= {upto}"
    )


async def rows(shop: Shop) -> list[int]:
    return [n for (n,) in await shop.ask_owner("SELECT n FROM outbox ORDER BY n")]


def test_keeping_rows_for_less_than_a_month_is_refused(shop: Shop) -> None:
    with pytest.raises(ValueError, match="30 days"):
        shop.relay(keep=timedelta(days=29))

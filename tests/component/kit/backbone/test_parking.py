"""What operators do with parked keys: seen, mended, tried, skipped, and audited."""

import pytest
from google.protobuf.wrappers_pb2 import StringValue

from services.kit.backbone.parking import (
    Deed,
    KeyName,
    fix,
    list_keys,
    rehearse,
    replay,
    show_queue,
    skip,
)
from services.kit.backbone.poison import ParkState
from services.kit.backbone.signal import Signal
from services.kit.errors import InvalidError, NotFoundError
from tests.component.kit.backbone.shop import READER, TOPIC, Shop, keys_of

[KEY, OTHER] = keys_of(0, 2)
NAME = KeyName(READER, TOPIC.name, KEY)
DEED = Deed("anna", "the item is known now")


@pytest.fixture
async def parked(shop: Shop) -> Shop:
    """A dead letter with two events waiting behind it."""
    shop.handlers.failures["bad"] = [InvalidError("no", field="value")]
    await shop.deliver((KEY, "bad"), (KEY, "1"), (KEY, "2"), (OTHER, "1"))
    await shop.consume(shop.consumer())
    return shop


async def audit(shop: Shop) -> list[tuple[str, str, str]]:
    rows = await shop.ask("SELECT who, action, reason FROM parking_audit ORDER BY id")
    return [(who, action, reason) for who, action, reason in rows]


async def test_a_parked_key_says_why_and_what_waits(parked: Shop) -> None:
    async with parked.reader.work() as work:
        [key] = await list_keys(work)
        assert await list_keys(work, [ParkState.WAITING]) == []
        events = await show_queue(work, NAME)
    assert (key.name, key.state, key.code, key.reason, key.waiting) == (
        NAME, ParkState.DEAD, "invalid", "value: no", 3,
    )  # fmt: skip
    assert [StringValue.FromString(event.fields.data).value for event in events] == [
        "bad", "1", "2",
    ]  # fmt: skip


async def test_a_fixed_head_replays_before_what_waited(parked: Shop) -> None:
    async with parked.reader.work() as work:
        good = StringValue(value="mended").SerializeToString()
        await fix(work, NAME, good, parked.subscriptions(), DEED)
    await parked.deliver((KEY, "3"))
    await parked.consume(parked.consumers[-1])
    mine = [value for key, value in await parked.effects() if key == KEY]
    assert mine == ["mended", "1", "2", "3"]
    assert await parked.ask("SELECT 1 FROM parked_key") == []
    assert await audit(parked) == [("anna", "fix", DEED.reason)]
    [(old, new)] = await parked.ask("SELECT old, new FROM parking_audit")
    assert [StringValue.FromString(data).value for data in (old, new)] == ["bad", "mended"]


async def test_events_that_arrive_during_a_long_replay_keep_their_place(parked: Shop) -> None:
    await parked.deliver(*((KEY, str(i)) for i in range(3, 120)))
    consumer = parked.consumers[-1]
    await parked.consume(consumer)
    parked.handlers.failures.clear()
    async with parked.reader.work() as work:
        await replay(work, NAME, DEED)
    await parked.consume(consumer, turns=1)
    assert 0 < len(await parked.effects()) - 1 < 119
    await parked.deliver((KEY, "120"))
    await parked.consume(consumer, turns=6)
    mine = [value for key, value in await parked.effects() if key == KEY]
    assert mine == ["bad", *(str(i) for i in range(1, 121))]


async def test_what_is_parked_outlives_every_copy_at_its_owner(shop: Shop) -> None:
    shop.courier = shop.relay(trim=0.0, subscribers=(READER,))
    shop.handlers.failures["bad"] = [InvalidError("no", field="value")]
    await shop.deliver((KEY, "bad"), (KEY, "1"), (OTHER, "1"))
    consumer = shop.consumer()
    await shop.consume(consumer)
    await shop.ask_owner("UPDATE outbox SET written_at = written_at - interval '31 days'")
    await shop.redis.hset(TOPIC.reports(0), READER, "1-3")
    await shop.carry(shop.courier)
    assert [id for id, _ in await shop.entries(0)] == ["1-3"]
    assert await shop.ask_owner("SELECT n FROM outbox") == [(3,)]
    shop.handlers.failures.clear()
    async with shop.reader.work() as work:
        await replay(work, NAME, DEED)
    await shop.consume(consumer)
    assert await shop.effects() == [(OTHER, "1"), (KEY, "bad"), (KEY, "1")]


async def test_a_replaced_owner_cannot_replay(parked: Shop) -> None:
    parked.handlers.failures.clear()
    async with parked.reader.work() as work:
        await replay(work, NAME, DEED)
    await parked.interfere("UPDATE cursor SET epoch = epoch + 1 WHERE partition = 0")
    await parked.consume(parked.consumers[-1], turns=1)
    assert parked.heard.counts[Signal.FENCED] == 1
    assert await parked.effects() == [(OTHER, "1")]
    async with parked.reader.work() as work:
        [key] = await list_keys(work)
    assert key.waiting == 3


async def test_a_replay_that_fails_is_a_dead_letter_again(parked: Shop) -> None:
    async with parked.reader.work() as work:
        await replay(work, NAME, DEED)
    await parked.consume(parked.consumers[-1])
    async with parked.reader.work() as work:
        [key] = await list_keys(work)
    assert (key.state, key.waiting) == (ParkState.DEAD, 3)


async def test_skipping_releases_what_waits_and_keeps_the_data(parked: Shop) -> None:
    async with parked.reader.work() as work:
        await skip(work, NAME, Deed("ben", "cancelled by the customer"))
    await parked.consume(parked.consumers[-1])
    assert [value for key, value in await parked.effects() if key == KEY] == ["1", "2"]
    [(action, old)] = await parked.ask("SELECT action, old FROM parking_audit")
    assert (action, StringValue.FromString(old).value) == ("skip", "bad")


async def test_a_rehearsal_tells_the_outcome_and_changes_nothing(parked: Shop) -> None:
    subscriptions = parked.subscriptions()
    failing = await rehearse(parked.reader, subscriptions, NAME)
    parked.handlers.failures = {"2": [NotFoundError("not yet")]}
    partly = await rehearse(parked.reader, subscriptions, NAME)
    parked.handlers.failures = {}
    well = await rehearse(parked.reader, subscriptions, NAME)
    assert failing.refusal is not None
    assert (failing.handled, failing.refusal.code) == (0, "invalid")
    assert partly.refusal is not None
    assert (partly.handled, partly.refusal.state) == (2, ParkState.WAITING)
    assert (well.handled, well.refusal) == (3, None)
    assert await parked.effects() == [(OTHER, "1")]
    assert await audit(parked) == []


async def test_a_fix_that_cannot_be_read_is_refused(parked: Shop) -> None:
    async with parked.reader.work() as work:
        with pytest.raises(InvalidError) as refused:
            await fix(work, NAME, b"\xff", parked.subscriptions(), DEED)
    assert (refused.value.field, refused.value.code) == ("data", "undecodable")
    assert await audit(parked) == []


async def test_what_is_not_parked_is_not_found(parked: Shop) -> None:
    async with parked.reader.work() as work:
        with pytest.raises(NotFoundError) as unknown:
            await skip(work, KeyName(READER, TOPIC.name, OTHER), DEED)
    assert (unknown.value.code, unknown.value.field) == ("not_parked", "key")


@pytest.mark.parametrize("field", ["who", "reason"])
def test_nobody_changes_anything_without_name_and_reason(field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        Deed(**({"who": "anna", "reason": "because"} | {field: " "}))
    assert refused.value.field == field

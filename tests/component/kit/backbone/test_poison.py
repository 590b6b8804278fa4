"""What cannot be applied: by the kind of its error, and without holding up others."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest
from google.protobuf.wrappers_pb2 import StringValue
from plantmesh.common.v1.quantity_pb2 import Quantity

from services.kit import checkpoint
from services.kit.backbone.consumer import Consumer
from services.kit.backbone.envelope import Event
from services.kit.backbone.signal import Signal
from services.kit.errors import (
    ConflictError,
    DeniedError,
    DomainError,
    InvalidError,
    NotFoundError,
    UnauthenticatedError,
    UnavailableError,
)
from services.kit.store import Row
from tests.component.kit.backbone.shop import QUICK, TERM, Died, Shop, keys_of

[KEY, OTHER] = keys_of(0, 2)


async def marks(shop: Shop) -> list[Row]:
    return await shop.ask("SELECT key, state, code FROM parked_key ORDER BY key")


async def queue(shop: Shop) -> list[str]:
    rows = await shop.ask("SELECT data FROM parked ORDER BY key, incarnation, n")
    return [StringValue.FromString(data).value for (data,) in rows]


async def test_a_bad_event_is_parked_alone_and_its_key_waits_behind_it(shop: Shop) -> None:
    shop.handlers.failures["bad"] = [InvalidError("no", field="value")]
    await shop.deliver((KEY, "1"), (OTHER, "1"), (KEY, "bad"), (OTHER, "2"), (KEY, "2"))
    consumer = shop.consumer()
    await shop.consume(consumer)
    await shop.deliver((KEY, "3"), (OTHER, "3"))
    await shop.consume(consumer)
    assert await shop.effects() == [(KEY, "1"), (OTHER, "1"), (OTHER, "2"), (OTHER, "3")]
    assert await marks(shop) == [(KEY, "dead", "invalid")]
    assert await queue(shop) == ["bad", "2", "3"]
    assert shop.heard.counts[Signal.DEAD_LETTER] == 1
    assert shop.heard.counts[Signal.QUEUED_BEHIND] == 2


@pytest.mark.parametrize(
    "error",
    [InvalidError("no"), DeniedError("not you"), UnauthenticatedError("who?")],
    ids=lambda error: type(error).__name__,
)
async def test_what_can_never_help_is_a_dead_letter_at_once(shop: Shop, error: DomainError) -> None:
    shop.handlers.failures["bad"] = [error]
    await shop.deliver((KEY, "bad"))
    await shop.consume(shop.consumer(), turns=5)
    assert await marks(shop) == [(KEY, "dead", error.code)]
    assert len(shop.handlers.runs) == 1


@pytest.mark.parametrize(
    "error",
    [NotFoundError("not yet"), ConflictError("not so"), RuntimeError("a bug"), ValueError("?")],
    ids=lambda error: type(error).__name__,
)
async def test_what_may_help_is_tried_again_and_keeps_its_place(
    shop: Shop, error: Exception
) -> None:
    shop.handlers.failures["early"] = [error, error, None]
    await shop.deliver((KEY, "early"), (KEY, "1"), (OTHER, "1"))
    consumer = shop.consumer()
    await shop.consume(consumer, turns=1)
    await shop.deliver((KEY, "2"))
    await shop.consume(consumer, turns=6)
    assert await shop.effects() == [(OTHER, "1"), (KEY, "early"), (KEY, "1"), (KEY, "2")]
    assert await marks(shop) == []
    assert shop.heard.counts[Signal.KEY_RELEASED] == 1
    assert shop.heard.counts[Signal.DEAD_LETTER] == 0


@pytest.mark.parametrize(
    ("error", "tries"),
    [(NotFoundError("never"), QUICK.waiting), (RuntimeError("a bug"), QUICK.suspect)],
    ids=["not_found", "bug"],
)
async def test_after_its_tries_it_is_a_dead_letter(
    shop: Shop, error: Exception, tries: int
) -> None:
    shop.handlers.failures["bad"] = [error]
    await shop.deliver((KEY, "bad"))
    await shop.consume(shop.consumer(), turns=8)
    [(_, state, _)] = await marks(shop)
    assert state == "dead"
    assert len(shop.handlers.runs) >= 1 + tries
    assert shop.heard.counts[Signal.DEAD_LETTER] == 1


async def test_tries_are_spaced(shop: Shop) -> None:
    shop.handlers.failures["early"] = [NotFoundError("not yet")]
    await shop.deliver((KEY, "early"))
    consumer = shop.consumer(patience=replace(QUICK, first=30.0, longest=60.0))
    await shop.consume(consumer, turns=6)
    assert len(shop.handlers.runs) == 1


async def test_progress_gives_the_next_event_all_tries(shop: Shop) -> None:
    for name in ("a", "b", "c"):
        shop.handlers.failures[name] = [NotFoundError("not yet")] * 3 + [None]
    await shop.deliver((KEY, "a"), (KEY, "b"), (KEY, "c"))
    await shop.consume(shop.consumer(), turns=30)
    assert await shop.effects() == [(KEY, "a"), (KEY, "b"), (KEY, "c")]
    assert shop.heard.counts[Signal.DEAD_LETTER] == 0


async def test_unavailable_while_replaying_costs_no_try(shop: Shop) -> None:
    shop.handlers.failures["early"] = [NotFoundError("not yet"), *[UnavailableError("away")] * 9]
    shop.handlers.failures["early"].append(None)
    await shop.deliver((KEY, "early"))
    await shop.consume(shop.consumer(), turns=14)
    assert await shop.effects() == [(KEY, "early")]


async def test_a_broken_rule_is_a_dead_letter_with_its_id(shop: Shop) -> None:
    await shop.deliver((KEY, Quantity(value="4.5", unit="KGM")), (OTHER, Quantity(value="x")))
    await shop.consume(shop.consumer())
    assert await shop.effects() == [(KEY, "4.5")]
    [(key, state, code, reason)] = await shop.ask("SELECT key, state, code, reason FROM parked_key")
    assert (key, state, code) == (OTHER, "dead", "string.pattern")
    assert reason.startswith("value: ")


async def test_bytes_that_are_no_message_are_a_dead_letter(shop: Shop) -> None:
    await shop.publish((KEY, "1"))
    await shop.ask_owner("UPDATE outbox SET data = '\\xff'")
    await shop.carry(shop.relay())
    await shop.consume(shop.consumer())
    assert await marks(shop) == [(KEY, "dead", "undecodable")]


async def test_a_field_of_a_newer_owner_passes(shop: Shop) -> None:
    await shop.publish((KEY, "1"))
    newer = StringValue(value="1").SerializeToString() + b"\x7a\x03new"
    await shop.ask_owner("UPDATE outbox SET data = %s", newer)
    await shop.carry(shop.relay())
    await shop.consume(shop.consumer())
    assert await shop.effects() == [(KEY, "1")]


async def test_a_handler_that_hangs_is_a_suspect(shop: Shop) -> None:
    async def hang(events: list[Event[StringValue]]) -> None:
        shop.handlers.runs.append(["hung"])
        await asyncio.Event().wait()

    shop.handlers.take = hang  # type: ignore[method-assign]
    await shop.deliver((KEY, "1"))
    consumer = shop.consumer(limit=0.05)
    await shop.consume(consumer, turns=1)
    [(_, state, code)] = await marks(shop)
    assert (state, code) in {("suspect", "TimeoutError"), ("dead", "TimeoutError")}


async def heir_of(shop: Shop, *, batch: int = 500) -> Consumer:
    """A new process, once the dead one stood still for its term."""
    heir = shop.consumer(batch=batch)
    await heir.tick()
    await asyncio.sleep(TERM * 1.2)
    await heir.tick()
    return heir


async def die_at(shop: Shop, consumer: Consumer, checkpoint_name: str) -> None:
    def die(name: str) -> None:
        if name == checkpoint_name:
            raise Died

    checkpoint.observe(die)
    with pytest.raises(Died):
        await shop.consume(consumer, turns=2)
    checkpoint.observe(lambda name: None)


@pytest.mark.parametrize("batch", [500, 1], ids=["of one batch", "of a batch read ahead"])
async def test_only_the_event_that_ends_processes_is_parked(shop: Shop, batch: int) -> None:
    """Two ends in the range, alone for the second: the range's first death is not counted."""
    shop.handlers.failures["killer"] = [Died(), Died(), Died(), None]
    await shop.deliver((OTHER, "1"), (KEY, "killer"), (KEY, "2"), (OTHER, "2"))
    processes, done = 0, False
    while not done and processes < 9:
        processes += 1
        consumer = await heir_of(shop, batch=batch)
        with suppress(Died):
            await shop.consume(consumer, turns=6)
            done = True
    # One death of the range, QUICK.deaths alone; then it is parked, and the replay succeeds.
    assert processes == 1 + 1 + QUICK.deaths
    assert shop.heard.counts[Signal.PARKED] == 1
    assert shop.heard.facts[Signal.PARKED]["code"] == "killed_process"
    assert await shop.effects() == [(OTHER, "1"), (OTHER, "2"), (KEY, "killer"), (KEY, "2")]


async def test_a_killer_that_stays_one_ends_as_a_dead_letter(shop: Shop) -> None:
    shop.handlers.failures["killer"] = [Died()]
    await shop.deliver((KEY, "killer"), (OTHER, "1"))
    consumer = await heir_of(shop)
    for _ in range(12):
        try:
            await shop.consume(consumer, turns=6)
        except Died:
            consumer = await heir_of(shop)
        else:
            break
    assert await marks(shop) == [(KEY, "dead", "killed_process")]
    assert await shop.effects() == [(OTHER, "1")]


async def test_healthy_events_of_a_dying_process_are_never_suspected(shop: Shop) -> None:
    """Deaths that hit batches again and again, each a new range: nothing is parked."""
    for i in range(4):
        await shop.deliver((KEY, f"{i}a"), (OTHER, f"{i}b"))
        await die_at(shop, await heir_of(shop), "consumer.before_apply")
        await shop.consume(await heir_of(shop))
    assert len(await shop.effects()) == 8
    assert await marks(shop) == []
    assert shop.heard.counts[Signal.PARKED] == 0


async def test_deaths_of_a_range_leave_its_first_event_all_its_tries(shop: Shop) -> None:
    shop.handlers.failures["killer"] = [Died(), None]
    await shop.deliver((KEY, "killer"))
    with pytest.raises(Died):
        await shop.consume(await heir_of(shop))
    heir = await heir_of(shop)
    [(tries,)] = await shop.ask("SELECT tries FROM cursor WHERE partition = 0")
    assert tries == 0
    await shop.consume(heir)
    assert await shop.effects() == [(KEY, "killer")]


async def test_tries_that_we_survive_are_no_deaths(shop: Shop) -> None:
    """After a death it goes one by one; unavailable many times there is not what kills."""
    await shop.deliver((KEY, "1"))
    await die_at(shop, await heir_of(shop), "consumer.before_apply")
    shop.handlers.failures["1"] = [*[UnavailableError("away")] * 6, None]
    await shop.consume(await heir_of(shop), turns=9)
    assert await shop.effects() == [(KEY, "1")]
    assert shop.heard.counts[Signal.PARKED] == 0


async def test_being_replaced_alive_is_no_death(shop: Shop) -> None:
    await shop.deliver((KEY, "1"))
    await die_at(shop, await heir_of(shop), "consumer.before_apply")
    taken = "UPDATE cursor SET epoch = epoch + 1 WHERE partition = 0"
    real = shop.handlers.take

    async def robbed(events: list[Event[StringValue]]) -> None:
        await shop.interfere(taken)
        await real(events)

    shop.handlers.take = robbed  # type: ignore[method-assign]
    for _ in range(QUICK.deaths + 2):
        await shop.consume(await heir_of(shop), turns=1)
    assert shop.heard.counts[Signal.FENCED] == QUICK.deaths + 2
    shop.handlers.take = real  # type: ignore[method-assign]
    await shop.consume(await heir_of(shop))
    assert await shop.effects() == [(KEY, "1")]
    assert shop.heard.counts[Signal.PARKED] == 0

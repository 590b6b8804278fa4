"""Copies of another service's look-ups on real servers."""

from contextlib import suppress

import pytest

from services.kit.access.principal import Principal, acting_as
from services.kit.copies import Copies, Kind, listed, put, require, stamp
from services.kit.errors import NotFoundError, UnavailableError
from tests.component.kit.copies.owner import ITEMS, TOPIC, Keeper, Owner, item
from tests.waiting import until

SCOPED = Kind(
    "item",
    ITEMS.message,
    key=ITEMS.key,
    version=ITEMS.version,
    scope=lambda item: item.description,
)


async def test_what_changes_arrives_by_event(owner: Owner, keeper: Keeper) -> None:
    await owner.put(item("a"), item("b"))
    await owner.put(item("a", 2))
    await owner.carry()
    await keeper.consume()
    assert await keeper.versions("a", "b", "c") == {"a": 2, "b": 1}
    assert owner.asked == []


async def test_what_is_lacking_is_asked_for_once_and_in_one_batch(
    owner: Owner, keeper: Keeper
) -> None:
    await owner.put(item("a"), item("b"), item("c"), told=False)
    assert await keeper.learn("a") == {"a": 1}
    assert await keeper.learn("a", "b", "c") == {"a": 1, "b": 1, "c": 1}
    assert await keeper.learn("a", "b", "c") == {"a": 1, "b": 1, "c": 1}
    assert owner.asked == [["a"], ["b", "c"]]


async def test_while_the_owner_is_away_what_is_known_stays_known(
    owner: Owner, keeper: Keeper
) -> None:
    await owner.put(item("a"), told=False)
    await keeper.learn("a")
    await owner.stop()
    assert await keeper.learn("a") == {"a": 1}
    # Over a restart too: a second process of the keeper starts without the owner.
    again = Copies(keeper.store, TOPIC, "keeper", keeper.peer)
    again.keep(ITEMS, told_by=ITEMS.message, carried=lambda event: event)
    await again.learn(ITEMS, {"a": "item_no"})
    with pytest.raises(UnavailableError) as refused:
        await keeper.learn("a", "b")
    assert (refused.value.code, refused.value.field) == ("owner_unavailable", "lines[1].item_no")
    await owner.start()
    await owner.put(item("b"), told=False)

    async def learned() -> bool:
        with suppress(UnavailableError):
            return await keeper.learn("a", "b") == {"a": 1, "b": 1}
        return False

    await until(learned)


async def test_what_the_owner_does_not_know_is_not_found(keeper: Keeper) -> None:
    assert await keeper.learn("nothing") == {}
    with pytest.raises(NotFoundError) as refused:
        async with keeper.store.work():
            await require(ITEMS, {"nothing": "lines[0].item_no"})
    assert (refused.value.code, refused.value.field) == ("unknown_item", "lines[0].item_no")


async def test_an_older_answer_does_not_undo_a_newer_event(owner: Owner, keeper: Keeper) -> None:
    await owner.put(item("a", 3))
    await owner.carry()
    await keeper.consume()
    async with keeper.store.work():
        await put(ITEMS, [item("a", 2)])
    assert await keeper.versions("a") == {"a": 3}


async def test_a_caller_without_rights_at_the_owner_is_served_from_our_own(
    owner: Owner, keeper: Keeper
) -> None:
    await owner.put(item("a"), told=False)
    with acting_as(Principal("a stranger", token="forged")):
        assert await keeper.learn("a") == {"a": 1}


async def test_a_new_service_begins_with_a_snapshot_and_goes_on_by_events(
    owner: Owner, keeper: Keeper
) -> None:
    await owner.put(item("a"), item("b"), item("c"), item("d"))
    await owner.carry()
    await keeper.copies.load()
    assert len(await keeper.versions("a", "b", "c", "d")) == 4
    await owner.put(item("b", 2))
    await owner.carry()
    await keeper.consume()
    assert await keeper.versions("a", "b") == {"a": 1, "b": 2}
    # Once only: a restart does not ask again.
    await owner.stop()
    await keeper.copies.load()


async def test_without_an_owner_the_snapshot_is_tried_again(owner: Owner, keeper: Keeper) -> None:
    await owner.put(item("a"))
    await owner.stop()
    with pytest.raises(UnavailableError):
        await keeper.copies.load()
    await owner.start()

    async def loaded() -> bool:
        with suppress(UnavailableError):
            await keeper.copies.load()
            return await keeper.versions("a") == {"a": 1}
        return False

    await until(loaded)


async def test_after_a_restore_the_snapshot_wins_over_newer_copies(
    owner: Owner, keeper: Keeper
) -> None:
    await owner.put(item("a", 7), item("gone", 7))
    await owner.carry()
    await keeper.consume()
    async with owner.store.work() as work:
        await work.sql("DELETE FROM item")
    await owner.put(item("a", 5), told=False)
    await keeper.copies.load()
    assert await keeper.versions("a", "gone") == {"a": 5}


async def test_lists_and_stamps_follow_every_change(keeper: Keeper) -> None:
    stamps = []
    for one in (item("a", 1, "left"), item("b", 1, "right"), item("a", 2, "right")):
        async with keeper.store.work():
            await put(SCOPED, [one])
            stamps.append(await stamp(SCOPED))
    assert stamps == sorted(set(stamps))
    async with keeper.store.work():
        assert [one.item_no for one in await listed(SCOPED, ["right", "up"])] == ["a", "b"]
        assert await listed(SCOPED, ["left"]) == []

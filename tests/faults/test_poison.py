"""Row 7: a bad event stops its key alone, is explained, and is replayed in its place."""

import asyncio

import pytest

from services.kit.backbone.parking import Deed, list_keys, replay
from services.kit.backbone.poison import ParkState
from services.kit.store import Store
from tests.faults.crash import Crash, Fault
from tests.faults.rig import Rig
from tests.faults.roles import Consuming, Producer, Relaying
from tests.faults.scale import Scale, short_and_long

pytestmark = pytest.mark.fault

REPLAY: Crash = {"consumer.mid_replay": Fault(chance=0.2)}
CONSUMERS = ("consumer1", "consumer2")


@short_and_long
def test_row_7_poison_stops_its_key_alone(rig: Rig, scale: Scale) -> None:
    rig.start("producer", Producer(keys=10, pause=0.01))
    rig.start("relay", Relaying())
    for name in CONSUMERS:
        rig.start(name, Consuming(term=0.25))
    for number in range(min(scale.hits, 4)):
        poison(rig, number)
    rig.go_on_until(lambda: len(dead(rig)) == 2 * min(scale.hits, 4), "dead letters", 60)
    assert {code for _, code, _ in dead(rig)} == {"invalid", "killed_process"}
    assert all(reason for *_, reason in dead(rig))
    rig.go_on_until(lambda: not waiting(rig), "the early one's parent", 30)
    behind = rig.count("signal.queued_behind")
    for name in CONSUMERS:
        rig.stop(name)
        rig.start(name, Consuming(term=0.25), REPLAY)
    rig.place.mended.touch()
    release(rig)
    for _ in range(5):
        follow_up(rig, min(scale.hits, 4))
        rig.go_on(0.2)
    rig.calm()
    rig.go_on_until(lambda: not dead(rig), "the replay", 60)
    rig.stop("producer")
    rig.drain()
    rig.go_on_until(lambda: rig.books.reader("SELECT 1 FROM parked_key") == [], "the last mark")
    rig.conclude(
        f"7-{scale.name}",
        {
            "deaths by poison": rig.count("kill.poison"),
            "dead letters": rig.count("signal.dead_letter"),
            "queued behind": behind,
            "replayed": rig.count("signal.replayed"),
            "keys released": rig.count("signal.key_released"),
        },
    )


def poison(rig: Rig, number: int) -> None:
    """Three bad events among good ones, of three keys; one names a key that comes later."""
    invalid, killer, child = f"invalid{number}", f"killer{number}", f"child{number}"
    rig.publish(
        [
            (invalid, f"plain.{invalid}.1"),
            (child, f"early.parent{number}.1"),
            (killer, f"killer.{number}"),
            (invalid, f"invalid.{number}"),
            (child, f"plain.{child}.2"),
            (killer, f"plain.{killer}.2"),
            (invalid, f"plain.{invalid}.3"),
        ]
    )
    rig.go_on(0.5)
    rig.publish([(f"parent{number}", f"plain.parent{number}"), (child, f"plain.{child}.3")])


def follow_up(rig: Rig, count: int) -> None:
    """More of the parked keys, while they are replayed."""
    for number in range(count):
        tag = rig.dice.randrange(10**9)
        rig.publish(
            [(f"{key}{number}", f"plain.{key}.{number}.{tag}") for key in ("invalid", "killer")]
        )


def dead(rig: Rig) -> list[tuple[str, str, str]]:
    """(key, code, reason) of what waits for a person or is being replayed."""
    return [
        (key, code, reason)
        for key, code, reason in rig.books.reader(
            "SELECT key, code, reason FROM parked_key WHERE state IN ('dead', 'replay')"
        )
    ]


def waiting(rig: Rig) -> bool:
    """Whether a key still tries by itself."""
    return bool(rig.books.reader("SELECT 1 FROM parked_key WHERE state NOT IN ('dead', 'replay')"))


def release(rig: Rig) -> None:
    """What `plantctl dead-letters replay` does."""

    async def replay_all() -> None:
        store = Store(rig.place.reader)
        deed = Deed("fault test", "the handler was mended")
        async with store.work() as work:
            for parked in await list_keys(work, [ParkState.DEAD]):
                await replay(work, parked.name, deed)
        await store.close()

    asyncio.run(replay_all())

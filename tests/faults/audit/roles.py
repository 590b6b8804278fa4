"""Who changes things, and who seals what they changed, each as a process."""

import asyncio
import random
from dataclasses import dataclass

from redis.asyncio import Redis

from services.kit.audit import Change, record
from services.kit.audit.anchor import Anchor, FileAnchor, StreamAnchor
from services.kit.audit.keeper import Keeper
from services.kit.audit.keys import SigningKey
from services.kit.audit.sealer import Sealer
from services.kit.backbone.broker import plain
from services.kit.backbone.outbox import Outbox
from services.kit.elector import Pace
from services.kit.store import Store
from tests.faults.place import TOPIC, Place

KEY = SigningKey(bytes(range(32)))
SERVICE = "faults"
_PACE = Pace(renew=0.1, request=0.5, deadline=0.5, takeover=0.7)


def anchors(place: Place) -> tuple[Anchor, Anchor]:
    """A file and a stream."""
    redis = plain(Redis.from_url(place.broker))
    return FileAnchor(place.folder / "anchor"), StreamAnchor(redis, "plantmesh.faults.audit")


@dataclass(frozen=True)
class Changing:
    """Commits some changes at a time; now and then holds a transaction open for a while."""

    async def run(self, place: Place, name: str, stop: asyncio.Event) -> None:
        """Change until stopped."""
        store = Store(place.owner)
        store.bind(Outbox(TOPIC))
        dice, n = random.Random(name), 0
        with place.acked(name).open("a") as acked:
            while not stop.is_set():
                keys = [f"{name}-{n + i}" for i in range(dice.randint(1, 4))]
                n += len(keys)
                async with store.work() as work:
                    record(work, *(Change("thing", key, None, {"n": n}) for key in keys))
                    await work.flush()
                    await asyncio.sleep(dice.choice((0, 0, 0, 0.02, 0.3)))
                acked.write("".join(f"{key}\n" for key in keys))
                acked.flush()
        await store.close()


@dataclass(frozen=True)
class Sealing:
    """A replica that seals."""

    async def run(self, place: Place, name: str, stop: asyncio.Event) -> None:
        """Seal until stopped."""
        store = Store(place.owner)
        store.bind(Outbox(TOPIC))
        sealer = Sealer(store, SERVICE, KEY, batch=20)
        await Keeper(store, sealer, anchors(place), name, pause=0.02, pace=_PACE).run(stop)
        await store.close()

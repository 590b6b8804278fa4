"""What operators ask of parked events, within a unit of work of the caller."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from plantmesh.ops.v1 import desk_pb2 as pb

from services.kit.access.policy import require_plant, visible_plants
from services.kit.access.principal import Principal
from services.kit.backbone.delivery import Delivery
from services.kit.backbone.parking import (
    Deed,
    KeyName,
    ParkedKey,
    Place,
    find_key,
    fix,
    list_keys,
    rehearse,
    replay,
    show_queue,
    skip,
)
from services.kit.backbone.poison import ParkState
from services.kit.backbone.subscriptions import Subscriptions
from services.kit.desk import wire
from services.kit.desk.payload import MessageJson
from services.kit.errors import ConflictError, NotFoundError
from services.kit.paging import Key, Listing
from services.kit.store import Store, Work
from services.kit.wire import read_page, write_page

_SHOWN = 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class ParkedCalls:
    """Parked keys of the consumers whose subscriptions are given, by the consumer's name."""

    def __init__(self, subscriptions: Mapping[str, Subscriptions]) -> None:
        self._subscriptions = subscriptions

    async def page_of(
        self, work: Work, request: pb.ListParkedKeysRequest, principal: Principal
    ) -> pb.ListParkedKeysResponse:
        """A page of what is parked."""
        listing = Listing(f"parked {request.dead_only}", (int, str, str, str))
        page = read_page(request.page, listing)
        found = await list_keys(
            work,
            [ParkState.DEAD] if request.dead_only else (),
            plants=visible_plants(principal),
            after=_place(page.after) if page.after else None,
            limit=page.limit,
        )
        cut = page.cut(found, _page_key)
        return pb.ListParkedKeysResponse(keys=map(wire.write_key, cut.rows), page=write_page(cut))

    async def get(self, work: Work, name: KeyName) -> pb.GetParkedKeyResponse:
        """A key and its first events."""
        _admit([name])
        events = await show_queue(work, name, _SHOWN)
        return pb.GetParkedKeyResponse(
            key=await self._key(work, name),
            events=[wire.write_event(event, self._show(name, event)) for event in events],
        )

    async def fix(
        self, work: Work, name: KeyName, event_id: str, payload: str, deed: Deed
    ) -> pb.FixParkedEventResponse:
        """Mend the first event of a key."""
        _admit([name])
        for first in await show_queue(work, name, 1):
            data = self._json(name, first).read(payload)
            followed = self._of(name)
            await fix(work, name, data, followed, deed, event_id=event_id)
        return pb.FixParkedEventResponse(key=await self._key(work, name))

    async def replay(
        self, work: Work, names: Iterable[KeyName], deed: Deed
    ) -> pb.ReplayParkedKeysResponse:
        """Release keys, in one order for everybody: two operators cannot block each other."""
        ordered = sorted(names, key=lambda name: (name.consumer, name.topic, name.key))
        _admit(ordered)
        for name in ordered:
            await replay(work, name, deed)
        return pb.ReplayParkedKeysResponse(keys=[await self._key(work, name) for name in ordered])

    async def rehearse(self, store: Store, names: Iterable[KeyName]) -> pb.ReplayParkedKeysResponse:
        """What a replay of each would meet; its units of work are undone."""
        wanted = list(names)
        _admit(wanted)
        rehearsed = [
            wire.write_rehearsal(name, await rehearse(store, self._of(name), name))
            for name in wanted
        ]
        return pb.ReplayParkedKeysResponse(rehearsals=rehearsed)

    async def skip(
        self, work: Work, name: KeyName, event_id: str, deed: Deed
    ) -> pb.SkipParkedEventResponse:
        """Drop the first event of a key."""
        _admit([name])
        await skip(work, name, deed, event_id=event_id)
        return pb.SkipParkedEventResponse(key=await self._key(work, name))

    async def _key(self, work: Work, name: KeyName) -> pb.ParkedKey:
        return wire.write_key(await find_key(work, name))

    def _of(self, name: KeyName) -> Subscriptions:
        if name.consumer not in self._subscriptions:
            raise NotFoundError(
                f"no consumer {name.consumer} here",
                field="name.consumer",
                hint=f"there are: {', '.join(sorted(self._subscriptions)) or 'none'}",
            )
        return self._subscriptions[name.consumer]

    def _show(self, name: KeyName, event: Delivery) -> str:
        subscription = self._of(name).find(event.fields.type)
        if subscription is None:
            return ""
        return MessageJson(subscription.message).show(event.fields.data)

    def _json(self, name: KeyName, event: Delivery) -> MessageJson:
        subscription = self._of(name).find(event.fields.type)
        if subscription is None:
            raise ConflictError(
                f"nobody here handles {event.fields.type.decode()} any more",
                code="not_handled",
                field="name",
                hint="skip it",
            )
        return MessageJson(subscription.message)


def _admit(names: Iterable[KeyName]) -> None:
    for name in names:
        require_plant(name.key.partition("/")[0], field="name.key")


def _page_key(key: ParkedKey) -> Key:
    name = key.name
    return (key.parked_at - _EPOCH) // _MICROSECOND, name.consumer, name.topic, name.key


def _place(after: Key) -> Place:
    since, consumer, topic, key = after
    return _EPOCH + int(since) * _MICROSECOND, str(consumer), str(topic), str(key)

"""The desk's gRPC face; every service serves it. See desk.proto for the meaning of each call."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message
from plantmesh.ops.v1 import desk_pb2 as pb
from plantmesh.ops.v1.desk_pb2_grpc import DeskServiceServicer

from services.kit import commands
from services.kit.access.policy import require_scope
from services.kit.backbone.parking import Deed
from services.kit.backbone.subscriptions import Subscriptions
from services.kit.desk import wire
from services.kit.desk.flows import Flow
from services.kit.desk.lane_calls import LaneCalls
from services.kit.desk.parked_calls import ParkedCalls
from services.kit.desk.payload import MessageJson, Payloads
from services.kit.lanes.desk import Act
from services.kit.lanes.worker import Announce
from services.kit.store import Store, Work, current_work

SCOPE = "operate"
Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
Answer = TypeVar("Answer", bound=Message)


@dataclass(frozen=True)
class Owner:
    """The service whose desk it is, with what its lanes and consumers know."""

    service: str
    instance: str
    store: Store
    subscriptions: Mapping[str, Subscriptions]
    flows: Callable[[], Awaitable[list[Flow]]]
    payloads: Payloads = field(default_factory=lambda: MessageJson(Empty))
    announce: Announce = lambda work, entries: None


class DeskServicer(DeskServiceServicer):
    """Who may operate sees and moves what waits; a repeated command gets its first answer."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._lanes = LaneCalls(owner.payloads, owner.announce)
        self._parked = ParkedCalls(owner.subscriptions)

    async def ListLaneEntries(  # noqa: N802 - named by the proto
        self, request: pb.ListLaneEntriesRequest, _: Context
    ) -> pb.ListLaneEntriesResponse:
        """A page, oldest first."""
        principal = require_scope(SCOPE)
        async with self._owner.store.work() as work:
            return await self._lanes.page_of(work, request, principal)

    async def GetLaneEntry(  # noqa: N802
        self, request: pb.GetLaneEntryRequest, _: Context
    ) -> pb.GetLaneEntryResponse:
        """An entry and its story."""
        require_scope(SCOPE)
        async with self._owner.store.work() as work:
            return await self._lanes.get(work, request.id)

    async def FixLaneEntry(  # noqa: N802
        self, request: pb.FixLaneEntryRequest, _: Context
    ) -> pb.FixLaneEntryResponse:
        """Mend a parked entry."""

        async def effect(work: Work) -> pb.FixLaneEntryResponse:
            return await self._lanes.fix(work, request.id, request.payload, _act(request))

        return await self._once("FixLaneEntry", request, effect)

    async def ReplayLaneEntries(  # noqa: N802
        self, request: pb.ReplayLaneEntriesRequest, _: Context
    ) -> pb.ReplayLaneEntriesResponse:
        """Release parked entries; a dry run is answered anew each time."""

        async def effect(work: Work) -> pb.ReplayLaneEntriesResponse:
            act = _act(request)
            return await self._lanes.replay(work, request.ids, act, dry_run=request.dry_run)

        if not request.dry_run:
            return await self._once("ReplayLaneEntries", request, effect)
        require_scope(SCOPE)
        async with self._owner.store.work() as work:
            return await effect(work)

    async def SkipLaneEntry(  # noqa: N802
        self, request: pb.SkipLaneEntryRequest, _: Context
    ) -> pb.SkipLaneEntryResponse:
        """Give an entry up."""

        async def effect(work: Work) -> pb.SkipLaneEntryResponse:
            return await self._lanes.skip(work, request.id, _act(request))

        return await self._once("SkipLaneEntry", request, effect)

    async def CloseDoubts(  # noqa: N802
        self, request: pb.CloseDoubtsRequest, _: Context
    ) -> pb.CloseDoubtsResponse:
        """What the outside system holds of an entry is cleared up."""

        async def effect(work: Work) -> pb.CloseDoubtsResponse:
            return await self._lanes.close_doubts(work, request.id, _act(request))

        return await self._once("CloseDoubts", request, effect)

    async def ListParkedKeys(  # noqa: N802
        self, request: pb.ListParkedKeysRequest, _: Context
    ) -> pb.ListParkedKeysResponse:
        """A page, oldest first."""
        principal = require_scope(SCOPE)
        async with self._owner.store.work() as work:
            return await self._parked.page_of(work, request, principal)

    async def GetParkedKey(  # noqa: N802
        self, request: pb.GetParkedKeyRequest, _: Context
    ) -> pb.GetParkedKeyResponse:
        """A key and its first events."""
        require_scope(SCOPE)
        async with self._owner.store.work() as work:
            return await self._parked.get(work, wire.read_name(request.name))

    async def FixParkedEvent(  # noqa: N802
        self, request: pb.FixParkedEventRequest, _: Context
    ) -> pb.FixParkedEventResponse:
        """Mend the first event of a key."""

        async def effect(work: Work) -> pb.FixParkedEventResponse:
            name, deed = wire.read_name(request.name), _deed(request)
            return await self._parked.fix(work, name, request.event_id, request.payload, deed)

        return await self._once("FixParkedEvent", request, effect)

    async def ReplayParkedKeys(  # noqa: N802
        self, request: pb.ReplayParkedKeysRequest, _: Context
    ) -> pb.ReplayParkedKeysResponse:
        """Release keys; a dry run handles them and keeps nothing."""
        names = [wire.read_name(name) for name in request.names]

        async def effect(work: Work) -> pb.ReplayParkedKeysResponse:
            return await self._parked.replay(work, names, _deed(request))

        if not request.dry_run:
            return await self._once("ReplayParkedKeys", request, effect)
        require_scope(SCOPE)
        return await self._parked.rehearse(self._owner.store, names)

    async def SkipParkedEvent(  # noqa: N802
        self, request: pb.SkipParkedEventRequest, _: Context
    ) -> pb.SkipParkedEventResponse:
        """Drop the first event of a key."""

        async def effect(work: Work) -> pb.SkipParkedEventResponse:
            name, deed = wire.read_name(request.name), _deed(request)
            return await self._parked.skip(work, name, request.event_id, deed)

        return await self._once("SkipParkedEvent", request, effect)

    async def GetStatus(  # noqa: N802
        self, request: pb.GetStatusRequest, _: Context
    ) -> pb.GetStatusResponse:
        """How everything stands now."""
        require_scope(SCOPE)
        flows = await self._owner.flows()
        return pb.GetStatusResponse(
            service=self._owner.service,
            instance=self._owner.instance,
            flows=map(wire.write_flow, flows),
        )

    async def _once(
        self, method: str, request: Any, effect: Callable[[Work], Awaitable[Answer]]
    ) -> Answer:
        principal = require_scope(SCOPE)
        name = f"plantmesh.ops.v1.DeskService/{method}"
        return await commands.once(
            self._owner.store,
            principal,
            name,
            request.idempotency_key,
            request,
            lambda: effect(current_work()),
        )


def _act(request: Any) -> Act:
    return Act(require_scope(SCOPE).actor, request.reason)


def _deed(request: Any) -> Deed:
    return Deed(require_scope(SCOPE).actor, request.reason)

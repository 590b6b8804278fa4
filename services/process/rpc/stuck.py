"""Stuck flows over gRPC."""

from typing import Any

from grpc.aio import ServicerContext
from plantmesh.process.v1 import stuck_pb2 as pb
from plantmesh.process.v1.stuck_pb2_grpc import StuckServiceServicer

from services.kit.access.policy import visible_plants
from services.kit.audit import told_by
from services.kit.clock import Clock
from services.kit.store import Store
from services.kit.wire import read_page, write_page
from services.process import policy
from services.process.application.wake_stuck import list_stuck, listing_of_stuck, wake_stuck
from services.process.ports.books import Flows
from services.process.ports.stuck import StuckFlows
from services.process.wire.stuck import write_stuck

Context = ServicerContext[Any, Any]


class StuckServicer(StuckServiceServicer):
    """StuckService v1; see stuck.proto."""

    def __init__(self, store: Store, flows: Flows, stuck: StuckFlows, clock: Clock) -> None:
        self._store = store
        self._flows = flows
        self._stuck = stuck
        self._clock = clock

    async def ListStuckFlows(  # noqa: N802 - named by the proto
        self, request: pb.ListStuckFlowsRequest, _: Context
    ) -> pb.ListStuckFlowsResponse:
        """A page at a time."""
        plants = visible_plants(policy.may_watch())
        if request.plant:
            policy.may_see(request.plant)
            plants = frozenset({request.plant})
        page = read_page(request.page, listing_of_stuck(request.plant, request.code))
        async with self._store.work():
            cut = await list_stuck(self._stuck, plants, request.code, page)
        return pb.ListStuckFlowsResponse(flows=map(write_stuck, cut.rows), page=write_page(cut))

    async def WakeFlows(  # noqa: N802
        self, request: pb.WakeFlowsRequest, _: Context
    ) -> pb.WakeFlowsResponse:
        """Try again what was refused, or say what that would be."""
        policy.may_act()
        with told_by(request.DESCRIPTOR.full_name, request.reason):
            async with self._store.work():
                found = await self._stuck.get(request.flows)
                places = {flow: place for place, flow in enumerate(request.flows)}
                policy.may_wake_in((places[one.flow], one.plant) for one in found)
                if not request.dry_run:
                    await wake_stuck(self._flows, found, self._clock.now())
        return pb.WakeFlowsResponse(flows=map(write_stuck, found))

"""Drift over gRPC."""

from typing import Any

from grpc.aio import ServicerContext
from plantmesh.process.v1 import drift_pb2 as pb
from plantmesh.process.v1.drift_pb2_grpc import DriftServiceServicer

from services.kit.access.policy import visible_plants
from services.kit.clock import Clock
from services.kit.commands import once
from services.kit.errors import NotFoundError
from services.kit.store import Store
from services.kit.wire import read_page, write_page
from services.process import policy
from services.process.application.read_drifts import list_drifts, listing_of_drifts
from services.process.ports.drifts import Drifts
from services.process.wire.drift import write_drift, write_run

Context = ServicerContext[Any, Any]


class DriftServicer(DriftServiceServicer):
    """DriftService v1; see drift.proto."""

    def __init__(self, store: Store, drifts: Drifts, clock: Clock) -> None:
        self._store = store
        self._drifts = drifts
        self._clock = clock

    async def BatchGetDrifts(  # noqa: N802 - named by the proto
        self, request: pb.BatchGetDriftsRequest, _: Context
    ) -> pb.BatchGetDriftsResponse:
        """Of plants that the caller may see."""
        plants = visible_plants(policy.may_watch())
        async with self._store.work():
            found = await self._drifts.get(request.nos)
        shown = {
            no: one
            for no, one in found.items()
            if plants is None or one.compared.subject.plant in plants
        }
        asked = list(dict.fromkeys(request.nos))
        return pb.BatchGetDriftsResponse(
            drifts=[write_drift(shown[no]) for no in asked if no in shown],
            missing=[no for no in asked if no not in shown],
        )

    async def ListDrifts(  # noqa: N802 - named by the proto
        self, request: pb.ListDriftsRequest, _: Context
    ) -> pb.ListDriftsResponse:
        """A page at a time."""
        policy.may_see(request.plant)
        resolved = request.resolved
        page = read_page(request.page, listing_of_drifts(request.plant, resolved=resolved))
        async with self._store.work():
            cut = await list_drifts(self._drifts, request.plant, page, resolved=resolved)
        return pb.ListDriftsResponse(drifts=map(write_drift, cut.rows), page=write_page(cut))

    async def RequestReconciliation(  # noqa: N802 - named by the proto
        self, request: pb.RequestReconciliationRequest, _: Context
    ) -> pb.RequestReconciliationResponse:
        """Done by whichever replica reconciles."""
        principal = policy.may_reconcile(request.plant)

        async def ask() -> pb.RequestReconciliationResponse:
            now = self._clock.now()
            run = await self._drifts.ask(request.plant, principal.actor, now)
            return pb.RequestReconciliationResponse(reconciliation=write_run(run) if run else None)

        method, key = request.DESCRIPTOR.full_name, request.idempotency_key
        return await once(self._store, principal, method, key, request, ask)

    async def GetReconciliation(  # noqa: N802 - named by the proto
        self, request: pb.GetReconciliationRequest, _: Context
    ) -> pb.GetReconciliationResponse:
        """Of a plant that the caller may see."""
        plants = visible_plants(policy.may_watch())
        async with self._store.work():
            run = await self._drifts.run(request.no)
        if run is None or (plants is not None and run.plant not in plants):
            raise NotFoundError("there is no such run", code="unknown_run", field="no")
        return pb.GetReconciliationResponse(reconciliation=write_run(run))

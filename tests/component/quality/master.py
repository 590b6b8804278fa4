"""Reference's look-ups on a real port; the test says what it knows and when it is away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
from plantmesh.reference.v1 import reference_pb2 as pb

from services.kit.quantity import Measures
from services.kit.rpc.server import RpcServer
from tests import copies
from tests.component.kit.rpc.desk import verifier
from tests.unit.quality.samples import MEASURES


def item(item_no: str, *, inspected: bool, version: int = 1) -> pb.Item:
    """As reference has it."""
    found = copies.item(item_no, MEASURES.get(item_no, Measures("KGM")))
    found.type, found.version = pb.ITEM_TYPE_FINISHED, version
    found.inspection_on_production = inspected
    return found


class Master:
    """`asked` is what items were looked up, one entry a call; `paths` and `parties` it knows."""

    def __init__(self) -> None:
        self.known = {
            one.item_no: one
            for one in (item("BREAD", inspected=True), item("WATER", inspected=False))
        }
        self.paths, self.parties = {"lyon/hall/oven"}, {"MILL"}
        self.asked: list[list[str]] = []
        self.server = RpcServer(
            verifier(),
            [(_register, self)],
            bind="127.0.0.1",
            port=0,
        )

    async def look_up(self, request: pb.BatchGetItemsRequest, _: Any) -> pb.BatchGetItemsResponse:
        """Those known."""
        nos = list(request.item_nos)
        self.asked.append(nos)
        return pb.BatchGetItemsResponse(
            items=[self.known[no] for no in nos if no in self.known],
            missing=[no for no in nos if no not in self.known],
        )

    async def equipment(
        self, request: pb.BatchGetEquipmentRequest, _: Any
    ) -> pb.BatchGetEquipmentResponse:
        """Those known."""
        found = [one for one in request.paths if one in self.paths]
        return pb.BatchGetEquipmentResponse(
            equipment=[pb.Equipment(path=path, version=1) for path in found]
        )

    async def party(self, request: pb.BatchGetPartiesRequest, _: Any) -> pb.BatchGetPartiesResponse:
        """Those known."""
        found = [one for one in request.party_ids if one in self.parties]
        return pb.BatchGetPartiesResponse(
            parties=[pb.Party(party_id=party_id, version=1) for party_id in found]
        )


def _register(master: Master, server: grpc.aio.Server) -> None:
    """The calls of reference that quality makes."""
    answered: dict[str, Any] = {
        "BatchGetItems": master.look_up,
        "BatchGetEquipment": master.equipment,
        "BatchGetParties": master.party,
    }
    handlers = {
        name: grpc.unary_unary_rpc_method_handler(
            answer,
            getattr(pb, f"{name}Request").FromString,
            getattr(pb, f"{name}Response").SerializeToString,
        )
        for name, answer in answered.items()
    }
    service = "plantmesh.reference.v1.ReferenceService"
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))


@asynccontextmanager
async def master_data() -> AsyncIterator[Master]:
    """Answering until the end, or until its server is stopped."""
    master = Master()
    await master.server.start()
    try:
        yield master
    finally:
        await master.server.stop(0)

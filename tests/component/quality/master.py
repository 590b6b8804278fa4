"""Reference's item look-up on a real port; the test says what it knows and when it is away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
from plantmesh.reference.v1 import reference_pb2 as pb

from services.kit.rpc.server import RpcServer
from tests.component.kit.rpc.desk import verifier


def item(item_no: str, *, inspected: bool, version: int = 1) -> pb.Item:
    """As reference has it."""
    return pb.Item(
        item_no=item_no,
        base_unit="KGM",
        type=pb.ITEM_TYPE_FINISHED,
        inspection_on_production=inspected,
        version=version,
    )


class Master:
    """`asked` is what was looked up, one entry a call."""

    def __init__(self) -> None:
        self.known = {
            one.item_no: one
            for one in (item("BREAD", inspected=True), item("WATER", inspected=False))
        }
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


def _register(master: Master, server: grpc.aio.Server) -> None:
    """The one call of reference that quality makes."""
    handler = grpc.unary_unary_rpc_method_handler(
        master.look_up,
        pb.BatchGetItemsRequest.FromString,
        pb.BatchGetItemsResponse.SerializeToString,
    )
    service = "plantmesh.reference.v1.ReferenceService"
    calls = grpc.method_handlers_generic_handler(service, {"BatchGetItems": handler})
    server.add_generic_rpc_handlers((calls,))


@asynccontextmanager
async def master_data() -> AsyncIterator[Master]:
    """Answering until the end, or until its server is stopped."""
    master = Master()
    await master.server.start()
    try:
        yield master
    finally:
        await master.server.stop(0)

"""GenealogyService over gRPC."""

from plantmesh.mes.v1 import genealogy_pb2 as _pb
from plantmesh.mes.v1 import genealogy_pb2_grpc

from services.mes import policy, wire
from services.mes.application.command_lots import command_lots
from services.mes.application.operate_lots import operate_lots
from services.mes.application.recall import inherited_holds, recall
from services.mes.application.void_operations import void_operations
from services.mes.ports import Books
from services.mes.rpc.desk import Context, Desk


class GenealogyServicer(genealogy_pb2_grpc.GenealogyServiceServicer):
    """GenealogyService v1; see genealogy.proto."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def OperateLots(  # noqa: N802 - named by the proto
        self, request: _pb.OperateLotsRequest, context: Context
    ) -> _pb.OperateLotsResponse:
        """Split, merge, relabel, rework, pack, receive, ship, use up."""
        plants = [one.plant for one in request.operations]
        principal = policy.may_write(plants, "operations[{}].plant")
        operations = wire.read_operations(request.operations)

        async def effect(books: Books) -> _pb.OperateLotsResponse:
            done = await operate_lots(books, operations)
            return _pb.OperateLotsResponse(lots=wire.write_lots(done.lots), replayed=done.replayed)

        return await self._desk.once(principal, request, effect)

    async def VoidLotOperations(  # noqa: N802 - named by the proto
        self, request: _pb.VoidLotOperationsRequest, context: Context
    ) -> _pb.VoidLotOperationsResponse:
        """Declare them in error."""
        principal = policy.may_write([one.plant for one in request.events], "events[{}].plant")

        async def effect(books: Books) -> _pb.VoidLotOperationsResponse:
            voids = wire.read_voids(request.events, principal.actor, books.clock.now())
            lots = await void_operations(books, voids)
            return _pb.VoidLotOperationsResponse(lots=wire.write_lots(lots))

        return await self._desk.once(principal, request, effect)

    async def CommandLots(  # noqa: N802 - named by the proto
        self, request: _pb.CommandLotsRequest, context: Context
    ) -> _pb.CommandLotsResponse:
        """Disposition; the quality status is quality's."""
        plants = [one.lot.plant for one in request.commands]
        principal = policy.may_write(plants, "commands[{}].lot.plant")
        steps = wire.read_lot_steps(request.commands)

        async def effect(books: Books) -> _pb.CommandLotsResponse:
            lots = await command_lots(books, steps)
            return _pb.CommandLotsResponse(lots=wire.write_lots(lots))

        return await self._desk.once(principal, request, effect)

    async def BatchTraceLots(  # noqa: N802 - named by the proto
        self, request: _pb.BatchTraceLotsRequest, context: Context
    ) -> _pb.BatchTraceLotsResponse:
        """A recall document for each lot."""
        plants = [one.lot.plant for one in request.starts]
        principal = policy.may_read(plants, "starts[{}].lot.plant")
        starts = wire.read_starts(request)
        wish = wire.read_wish(request, policy.plants_of(principal))
        edges = request.with_edges
        found = await self._desk.read(lambda books: recall(books, starts, wish, edges=edges))
        customers = policy.may_know_customers()
        return _pb.BatchTraceLotsResponse(
            traces=[wire.write_recall(one, wish.direction, customers=customers) for one in found]
        )

    async def BatchGetLotHistories(  # noqa: N802 - named by the proto
        self, request: _pb.BatchGetLotHistoriesRequest, context: Context
    ) -> _pb.BatchGetLotHistoriesResponse:
        """Every event, the void ones too."""
        policy.may_read([lot.plant for lot in request.lots], "lots[{}].plant")
        lots = list(dict.fromkeys(wire.read_lot_key(lot) for lot in request.lots))
        found = await self._desk.read(lambda books: books.genealogy.history(lots))
        return _pb.BatchGetLotHistoriesResponse(
            lots=[wire.write_history(lot, found.get(lot, ())) for lot in lots]
        )

    async def BatchGetInheritedHolds(  # noqa: N802 - named by the proto
        self, request: _pb.BatchGetInheritedHoldsRequest, context: Context
    ) -> _pb.BatchGetInheritedHoldsResponse:
        """In force on a lot or on its past."""
        policy.may_read([lot.plant for lot in request.lots], "lots[{}].plant")
        lots = list(dict.fromkeys(wire.read_lot_key(lot) for lot in request.lots))
        found = await self._desk.read(lambda books: inherited_holds(books, lots))
        return _pb.BatchGetInheritedHoldsResponse(
            lots=[
                _pb.LotHolds(
                    lot=wire.write_lot_key(lot), holds=wire.write_inherited(found.get(lot, ()))
                )
                for lot in lots
            ]
        )

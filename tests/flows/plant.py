"""All services around one plant and its ledger, and the people who work there."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
from plantmesh.common.v1 import keys_pb2
from plantmesh.mes.v1 import genealogy_pb2 as genealogy
from plantmesh.mes.v1 import lots_pb2 as lots
from plantmesh.mes.v1 import work_orders_pb2 as mes
from plantmesh.mes.v1.genealogy_pb2_grpc import GenealogyServiceStub
from plantmesh.mes.v1.lots_pb2_grpc import LotServiceStub
from plantmesh.mes.v1.work_orders_pb2_grpc import WorkOrderServiceStub
from plantmesh.quality.v1 import quality_pb2 as quality
from plantmesh.quality.v1.quality_pb2_grpc import InspectionServiceStub
from plantmesh.reference.v1 import reference_pb2 as reference
from plantmesh.reference.v1.reference_pb2_grpc import ReferenceServiceStub
from plantmesh.telemetry.v1 import equipment_pb2 as telemetry
from plantmesh.telemetry.v1.equipment_pb2_grpc import EquipmentServiceStub
from plantmesh.wms.v1 import wms_pb2 as wms
from plantmesh.wms.v1.wms_pb2_grpc import StockServiceStub

from services.kit.errors import UnavailableError
from services.kit.rpc.client import Peer
from tests.flows.master import STRANGE, described, prices
from tests.flows.values import kilograms, noon, order_key
from tests.shopfloor import (
    MADE,
    PLANT,
    USED,
    Desk,
    Token,
    introduce,
    ledger_system,
    release_orders,
)
from tests.waiting import insist, until
from tools.mesh.files import remembered_secret
from tools.mesh.mesh import Mesh
from tools.mesh.people import USERS
from tools.mesh.ports import LOOPBACK
from tools.simulators.ledger.client import Client
from tools.simulators.ledger.place import Place, declare

SERVICES = ("reference", "erp", "mes", "wms", "quality", "process")
HEAT, OPENING = "HEAT-1", 100_000
"""The lot of steel that everything is made of, and how much there is of it."""
Ask = Callable[[Callable[[], Awaitable[Any]]], Awaitable[Any]]
"""How a command is brought to somebody who answers."""
SHIFT = timedelta(hours=8)
"""How long people's tokens are good: a long run on a busy machine outlives the usual ones."""
_STARTED = (mes.COMMAND_DISPATCH, mes.COMMAND_MAKE_READY, mes.COMMAND_START)


@dataclass(frozen=True)
class Plant:
    """The processes, and what people do with them; every call may meet any replica."""

    mesh: Mesh
    ledger: Client
    place: Place
    desk: Desk
    peers: Mapping[str, Peer]
    ask: Ask = insist

    async def open(self, orders: Sequence[str]) -> None:
        """Master data, stock of steel, and `orders` released, taken over and started."""
        await self.describe("opening")
        await self.price()
        receipts = [self._receipt(item) for item in (USED, STRANGE)]
        request = wms.MoveStockRequest(idempotency_key="opening", movements=receipts)
        await self.ask(lambda: self._stub(StockServiceStub, "storekeeper").MoveStock(request))
        await release_orders(self.ledger, orders)
        await until(lambda: self._taken_over(orders))
        for command in _STARTED:
            await self._command(command, orders)

    @property
    def floor(self) -> Any:
        """Work orders, as the line meets them."""
        return self._stub(WorkOrderServiceStub, "line")

    @property
    def laboratory(self) -> Any:
        """Inspections, as an inspector meets them."""
        return self._stub(InspectionServiceStub, "inspector")

    async def confirm(self, order: str, number: int, *, item: str = USED) -> None:
        """The line's report `number` of an order: 2.5 kg made of 4 kg; asked until answered."""
        report = mes.Confirmation(
            id=f"{order}-{number}",
            order=order_key(order),
            lot_no=f"L-{order}",
            consumed=[mes.ConsumedLot(item_no=item, lot_no=HEAT, quantity=kilograms("4"))],
            occurred_at=noon(),
        )
        getattr(report, "yield").CopyFrom(kilograms("2.5"))
        request = mes.ConfirmOperationsRequest(
            idempotency_key=f"confirm/{order}/{number}", confirmations=[report]
        )
        await self.ask(lambda: self.floor.ConfirmOperations(request))

    async def finish(self, order: str) -> None:
        """The line's last word on an order: nothing more is made of it."""
        report = mes.Confirmation(
            id=f"{order}-end", order=order_key(order), occurred_at=noon(), final=True
        )
        getattr(report, "yield").CopyFrom(kilograms("0"))
        request = mes.ConfirmOperationsRequest(
            idempotency_key=f"finish/{order}", confirmations=[report]
        )
        await self.ask(lambda: self.floor.ConfirmOperations(request))

    async def ship(self, reference: str, lot: str, amount: str) -> None:
        """The storekeeper issues a part of what was made to a delivery for ACME."""
        movement = wms.Movement(
            reference=reference,
            type=wms.MOVEMENT_TYPE_ISSUE_TO_DELIVERY,
            stock=wms.StockKey(plant=PLANT, item_no=MADE, lot_no=lot),
            quantity=kilograms(amount),
            occurred_at=noon(),
            delivery_no="80001/10",
            shipped_to=wms.ShippedTo(customer="ACME", sales_order_no="S-1"),
        )
        request = wms.MoveStockRequest(idempotency_key=reference, movements=[movement])
        await self.ask(lambda: self._stub(StockServiceStub, "storekeeper").MoveStock(request))

    async def recall(self, item: str, lot: str) -> genealogy.LotTrace:
        """All that was made of a lot, and where it went."""
        key = keys_pb2.LotKey(plant=PLANT, item_no=item, lot_no=lot)
        request = genealogy.BatchTraceLotsRequest(
            starts=[genealogy.TraceStart(lot=key)], direction=lots.DIRECTION_FORWARD
        )
        answer: genealogy.BatchTraceLotsResponse = await self._stub(
            GenealogyServiceStub, "inspector"
        ).BatchTraceLots(request)
        return answer.traces[0]

    async def lot(self, item: str, lot: str) -> lots.Lot:
        """As the floor knows it."""
        key = keys_pb2.LotKey(plant=PLANT, item_no=item, lot_no=lot)
        request = lots.BatchGetLotsRequest(keys=[key])
        answer: lots.BatchGetLotsResponse = await self._stub(LotServiceStub, "line").BatchGetLots(
            request
        )
        return answer.lots[0]

    async def describe(self, text: str) -> None:
        """A steward gives every plant and item another name."""
        request = described(text)
        await self.ask(lambda: self._stub(ReferenceServiceStub, "operator").PutMasterData(request))

    async def price(self) -> None:
        """A planner says what things cost and which accounts they are in; a steward approves."""
        request = prices()
        approval = reference.ApproveCodesRequest(
            idempotency_key="accounts", mappings=request.code_mappings
        )
        await self.ask(lambda: self._stub(ReferenceServiceStub, "planner").PutMasterData(request))
        await self.ask(lambda: self._stub(ReferenceServiceStub, "operator").ApproveCodes(approval))

    async def balances(self, item: str, lots: Iterable[str]) -> dict[tuple[str, str], Decimal]:
        """What wms holds of these lots that is not nothing, by lot and status."""
        keys = [keys_pb2.LotKey(plant=PLANT, item_no=item, lot_no=lot) for lot in lots]
        request = wms.BatchGetLotBalancesRequest(lots=keys)
        answer = await self._stub(StockServiceStub, "storekeeper").BatchGetLotBalances(request)
        found = [balance for lot in answer.lots for balance in lot.balances]
        return {
            (one.stock.lot_no, wms.StockStatus.Name(one.stock.status)[13:].lower()): amount
            for one in found
            if (amount := Decimal(one.quantity.value))
        }

    async def inspections(self) -> list[quality.Inspection]:
        """All of the plant, by order; [] while quality is away."""
        request = quality.ListInspectionsRequest(plant=PLANT)
        request.page.size = 200
        try:
            answer = await self.laboratory.ListInspections(request)
        except UnavailableError:
            return []
        return sorted(answer.inspections, key=lambda one: one.order_no)

    async def accept(self, inspection_no: str, split: int, amount: str) -> None:
        """The inspector frees a part of what waits."""
        decision = quality.InspectionDecision(
            inspection_no=inspection_no,
            disposition=quality.Disposition(
                split_no=split, outcome=quality.OUTCOME_ACCEPT, quantity=kilograms(amount)
            ),
        )
        request = quality.DecideInspectionsRequest(
            idempotency_key=f"decide/{inspection_no}/{split}", decisions=[decision]
        )
        await self.ask(lambda: self.laboratory.DecideInspections(request))

    async def look(self, equipment: str) -> telemetry.Equipment | None:
        """A machine as telemetry shows it; None while it is away, or has not seen it."""
        request = telemetry.BatchGetEquipmentRequest(equipment=[equipment])
        try:
            answer = await self._stub(EquipmentServiceStub, "viewer").BatchGetEquipment(request)
        except UnavailableError:
            return None
        return next((one for one in answer.equipment if one.counters), None)

    async def _command(self, command: mes.Command.ValueType, orders: Sequence[str]) -> None:
        commands = [mes.WorkOrderCommand(key=order_key(one), command=command) for one in orders]
        request = mes.CommandWorkOrdersRequest(
            idempotency_key=f"start/{command}", commands=commands
        )
        await self.ask(lambda: self.floor.CommandWorkOrders(request))

    async def _taken_over(self, orders: Sequence[str]) -> bool:
        request = mes.BatchGetWorkOrdersRequest(keys=map(order_key, orders))
        answer = await self.ask(lambda: self.floor.BatchGetWorkOrders(request))
        return len(answer.orders) == len(orders)

    def _stub(self, kind: Any, user: str) -> Any:
        service = kind.__module__.split(".")[1]
        return kind(self.peers[f"{user}@{service}"].channel)

    def _receipt(self, item: str) -> wms.Movement:
        return wms.Movement(
            reference=f"opening/{item}",
            type=wms.MOVEMENT_TYPE_RECEIPT_PURCHASE,
            stock=wms.StockKey(
                plant=PLANT, item_no=item, lot_no=HEAT, status=wms.STOCK_STATUS_UNRESTRICTED
            ),
            quantity=kilograms(str(OPENING)),
            occurred_at=noon(),
        )


WHO = (
    "operator@reference",
    "planner@reference",
    "controller@erp",
    "storekeeper@wms",
    "line@mes",
    "inspector@mes",
    "inspector@quality",
    "viewer@telemetry",
)


@asynccontextmanager
async def running(
    root: Path,
    env: Mapping[str, str],
    *,
    replicas: int = 1,
    services: Sequence[str] = SERVICES,
) -> AsyncIterator[Plant]:
    """Everything up under `root`; `env` is every service's."""
    place = Place(root / "ledger")
    secrets = orjson.dumps({"ledger": remembered_secret(place.key)}).decode()
    told = {"PLANTMESH_SECRETS": secrets, "PLANTMESH_POLL_SECONDS": "0.2"}
    async with Mesh(
        root, services=services, replicas=replicas, env=told | dict(env), durable=False
    ) as mesh:
        [program] = await mesh.run(declare(place.folder))
        mint = mesh.issuer.signer.mint
        tokens = {user: Token(mint(USERS[user], lifetime=SHIFT)) for user in USERS}
        peers = {
            who: Peer(_address(mesh, service, replicas), tokens[user], seconds=10)
            for who in WHO
            for user, service in [who.split("@")]
            if service in services
        }
        desk = Desk(_address(mesh, "erp", replicas), tokens["operator"].minted)
        async with Client(program, place) as ledger:
            await introduce(mesh.databases["erp"], ledger_system(ledger.url))
            yield Plant(mesh, ledger, place, desk, peers)
        await desk.close()
        for peer in peers.values():
            await peer.close()


def _address(mesh: Mesh, service: str, replicas: int) -> str:
    """All replicas, as a gRPC target."""
    ports = (mesh.program(service, replica).port("grpc") for replica in range(replicas))
    return "ipv4:" + ",".join(f"{LOOPBACK}:{port}" for port in ports)

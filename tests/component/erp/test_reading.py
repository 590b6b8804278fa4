"""What a ledger has is read page by page, in our units; nothing is written there for it."""

from dataclasses import replace
from datetime import UTC, date
from decimal import Decimal
from typing import Any

import pytest
from plantmesh.erp.v1 import reading_pb2 as pb
from plantmesh.erp.v1.reading_pb2_grpc import (
    ErpReadingServiceStub,
    add_ErpReadingServiceServicer_to_server,
)

from services.erp import wire
from services.erp.adapters.readers import SystemReadings
from services.erp.adapters.registry import kept_in
from services.erp.application.read_erp import Words
from services.erp.rpc.reading import ErpReadingServicer
from services.erp.store import sql_books
from services.erp.store.master import CopiedPlants
from services.kit.copies.measures import CopiedMeasures
from services.kit.errors import ConflictError, DeniedError, NotFoundError, UnavailableError
from services.kit.lanes.systems import System, put_system
from services.kit.rpc.client import Peer
from services.kit.rpc.server import RpcServer
from services.kit.store import Store
from tests.component.erp.conftest import SCOPES
from tests.component.kit.rpc.desk import Given, mint, verifier
from tools.mesh.program import Program
from tools.simulators.ledger.client import Client
from tools.simulators.ledger.papers import Line, Order, Posting
from tools.simulators.ledger.place import Place

PLANT = "lyon"


async def ask(store: Store, key: str, call: str, request: Any, scope: str = SCOPES) -> Any:
    """One call of a server that may speak to every kind of ERP."""
    names, books = ("ledger", "odata"), sql_books()
    readings = SystemReadings(store, names, kept_in({"ledger": key}), CopiedPlants())
    servicer = ErpReadingServicer(
        store, readings, Words(books.codes, CopiedMeasures(wire.ITEMS, wire.LOTS))
    )
    server = RpcServer(
        verifier(), [(add_ErpReadingServiceServicer_to_server, servicer)], bind="127.0.0.1", port=0
    )
    await server.start()
    peer = Peer(f"127.0.0.1:{server.port}", Given(mint(scope=scope)), seconds=10)
    try:
        return await getattr(ErpReadingServiceStub(peer.channel), call)(request)
    finally:
        await peer.close()
        await server.stop(0)


async def pages(store: Store, key: str, call: str, kind: Any, field: str) -> list[Any]:
    """All rows, followed to the end."""
    found, cursor = [], ""
    while True:
        answer = await ask(store, key, call, kind(plant=PLANT, cursor=cursor))
        assert len(getattr(answer, field)) <= 1, "a page has one row here"
        assert answer.as_of.ToDatetime(UTC)
        found += getattr(answer, field)
        cursor = answer.next_cursor
        if not cursor:
            return found


async def test_a_ledger_is_read_to_its_end(
    store: Store,
    system: System,
    ledger: Client,
    ledger_process: tuple[Program, Place],
    order: Order,
) -> None:
    key = ledger_process[1].key.read_text().strip()
    settings = {**system.settings, "page": 1}
    async with store.work() as work:
        await put_system(work, replace(system, settings=settings))
    await ledger.move_order(PLANT, order.order, "release")
    for lot, amount in (("L-1", "40"), ("L-2", "2.5")):
        line = Line("widget", Decimal(amount), "KG", f"{order.order}{lot}")
        await ledger.post(
            Posting(f"{order.order}{lot}", PLANT, order.order, "yield", date(2026, 5, 4), (line,))
        )
    journal = ledger_process[1].journal.read_bytes()
    stock = await pages(store, key, "ReadErpStock", pb.ReadErpStockRequest, "stock")
    ours = {one.lot_no: one for one in stock if one.lot_no.startswith(order.order)}
    assert {lot.removeprefix(order.order): one.quantity.value for lot, one in ours.items()} == {
        "L-1": "40",
        "L-2": "2.5",
    }
    assert {(one.quantity.unit, one.status) for one in ours.values()} == {("KGM", 0)}
    call, kind = "ReadErpDeliveries", pb.ReadErpDeliveriesRequest
    delivered = await pages(store, key, call, kind, "deliveries")
    assert [
        (one.quantity.value, one.problem) for one in delivered if one.order_no == order.order
    ] == [("42.5", "")]
    assert ledger_process[1].journal.read_bytes() == journal, "nothing is written there"


async def test_who_may_ask_and_whom(
    store: Store, system: System, ledger: Client, ledger_process: tuple[Program, Place]
) -> None:
    key = ledger_process[1].key.read_text().strip()
    plants = (await ask(store, key, "ListErpPlants", pb.ListErpPlantsRequest())).plants
    assert [(one.plant, one.system) for one in plants] == [(PLANT, "erp-1")]
    request = pb.ReadErpStockRequest(plant=PLANT)
    with pytest.raises(DeniedError):
        await ask(store, key, "ReadErpStock", request, "erp:read erp:write")
    with pytest.raises(NotFoundError):
        await ask(store, key, "ReadErpStock", pb.ReadErpStockRequest(plant="metz"))
    assert (await ask(store, key, "ReadErpStock", request)).HasField("as_of")
    await ledger.outage(True)
    with pytest.raises(UnavailableError):
        await ask(store, key, "ReadErpStock", request)
    async with store.work() as work:
        await put_system(work, replace(system, adapter="odata"))
    with pytest.raises(ConflictError) as refused:
        await ask(store, key, "ReadErpStock", request)
    assert refused.value.code == "not_readable"
    with pytest.raises(ConflictError):
        await ask(store, key, "ReadErpDeliveries", pb.ReadErpDeliveriesRequest(plant=PLANT))
    async with store.work() as work:
        await put_system(work, replace(system, adapter="tryton"))
    with pytest.raises(NotFoundError):
        await ask(store, key, "ReadErpStock", request)

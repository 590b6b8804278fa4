"""A plant in Lyon with a ledger for its ERP: what is known of it before the first order."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from plantmesh.common.v1 import instant_pb2
from plantmesh.reference.v1 import reference_pb2 as reference
from plantmesh.wms.v1 import wms_pb2 as wms

from services.kit.lanes.systems import System, put_system
from services.kit.store import Store
from tools.demo.crew import Crew, quantity
from tools.demo.shift import (
    HEATS,
    KILOGRAMS,
    MADE,
    PER_PIECE,
    PIECES,
    PLANT,
    REASON,
    UNMAPPED_REASON,
    USED,
    Shift,
)
from tools.simulators.ledger.client import Client
from tools.simulators.ledger.papers import Component, Item, Operation, Order

LEDGER = "ledger"
WORDS = {PIECES: "PC", KILOGRAMS: "KG", REASON: "S01", UNMAPPED_REASON: "S01"}
"""What the ledger says for what we say; the last one nobody told it."""
_CODES = (
    *(("uom", WORDS[unit], unit) for unit in (PIECES, KILOGRAMS)),
    ("work_center", "WC-1", "press-1"),
    ("reason", WORDS[REASON], REASON),
    ("status", "CRTD", "lifecycle.planned"),
    ("status", "REL", "lifecycle.released"),
    ("status", "CLSD", "lifecycle.closed"),
    ("status", "DLFL", "lifecycle.cancelled"),
    ("status", "PDLV", "delivery.partial"),
    ("status", "DLV", "delivery.full"),
)
_STOCK = Decimal(5000)


async def introduce(crew: Crew, erp_database: str, ledger_url: str) -> None:
    """Master data and codes in reference, the ledger in erp's systems, steel in the stock."""
    await crew.reference.PutMasterData(
        reference.PutMasterDataRequest(
            idempotency_key="demo/master-data",
            plants=[reference.Plant(plant=PLANT, name="Lyon", time_zone="Europe/Paris")],
            items=[
                reference.Item(
                    item_no=MADE,
                    description="Bracket, pressed",
                    base_unit=PIECES,
                    type=reference.ITEM_TYPE_FINISHED,
                    lot_controlled=True,
                    inspection_on_production=True,
                ),
                reference.Item(
                    item_no=USED,
                    description="Steel strip",
                    base_unit=KILOGRAMS,
                    type=reference.ITEM_TYPE_RAW,
                    lot_controlled=True,
                ),
            ],
        )
    )
    await crew.reference.ApproveCodes(
        reference.ApproveCodesRequest(
            idempotency_key="demo/codes", mappings=[_mapping(*code) for code in _CODES]
        )
    )
    await _connect(erp_database, ledger_url)
    await crew.stock.MoveStock(
        wms.MoveStockRequest(
            idempotency_key="demo/steel", movements=[_delivery(heat) for heat in HEATS]
        )
    )


async def release(ledger: Client, shift: Shift) -> None:
    """Its orders, in the ledger's own words."""
    await ledger.keep(Item(MADE, "PC"))
    await ledger.keep(Item(USED, "KG"))
    await ledger.release(*_orders(shift))


def _orders(shift: Shift) -> Iterable[Order]:
    start = dt.datetime.now(dt.UTC)
    for number in shift.orders:
        ordered = shift.ordered(number)
        yield Order(
            plant=PLANT,
            order=number,
            item=MADE,
            quantity=ordered,
            unit="PC",
            due_start=start,
            due_end=start + dt.timedelta(days=1),
            components=(Component(10, USED, ordered * PER_PIECE, "KG"),),
            operations=(Operation(10, "press", "WC-1"),),
        )


async def _connect(erp_database: str, ledger_url: str) -> None:
    """The row of `systems` that an integrator writes; the key is in PLANTMESH_SECRETS."""
    terms = {
        "url": ledger_url,
        "request_timeout": 1.0,
        "longest_request_seconds": 2.0,
        "overlap_seconds": 2.0,
        "lane": {"batch": 5, "lease": 8.0},
    }
    store = Store(erp_database, pool_size=1)
    async with store.work() as work:
        await put_system(work, System(LEDGER, "ledger", (PLANT,), 50.0, LEDGER, terms))
    await store.close()


def _mapping(domain: str, code: str, canonical: str) -> reference.CodeMapping:
    return reference.CodeMapping(
        code=reference.Code(domain=domain, system=LEDGER, code=code), canonical=canonical
    )


def _delivery(heat: str) -> wms.Movement:
    at = instant_pb2.Instant()
    at.timestamp.GetCurrentTime()
    return wms.Movement(
        reference=f"delivery/{heat}",
        type=wms.MOVEMENT_TYPE_RECEIPT_PURCHASE,
        stock=wms.StockKey(
            plant=PLANT, item_no=USED, lot_no=heat, status=wms.STOCK_STATUS_UNRESTRICTED
        ),
        quantity=quantity(_STOCK, KILOGRAMS),
        occurred_at=at,
    )

"""What the flows' plant buys and sells, as its ERP and its people tell of it."""

from decimal import Decimal

from plantmesh.common.v1 import keys_pb2, quantity_pb2
from plantmesh.mes.v1 import genealogy_pb2 as mes
from plantmesh.mes.v1.genealogy_pb2_grpc import GenealogyServiceStub
from plantmesh.reference.v1 import reference_pb2 as reference
from plantmesh.reference.v1.reference_pb2_grpc import ReferenceServiceStub
from plantmesh.wms.v1 import handling_units_pb2 as units
from plantmesh.wms.v1 import wms_pb2 as wms
from plantmesh.wms.v1.handling_units_pb2_grpc import HandlingUnitServiceStub
from plantmesh.wms.v1.wms_pb2_grpc import StockServiceStub

from services.erp.domain.codes import Code
from services.kit.store import Store
from services.wms.domain.sscc import make_sscc
from tests.copies import put_codes
from tests.flows.plant import HEAT, Plant
from tests.flows.values import noon
from tests.shopfloor import MADE, PLANT, UNIT, USED
from tools.simulators.ledger.papers import Lot, Trade, TradeLine

MILL, ACME = "mill", "acme"
BOUGHT, SOLD, SENT = "4500001", "80001", "S-1"
"""A purchase order, a sales order, a shipment."""
SSCC = make_sscc("3456789", 1)
_CODES = [Code("status", "OPEN", "none"), Code("party", MILL, MILL), Code("party", ACME, ACME)]


async def trade(plant: Plant, order: str) -> None:
    """The steel came from the mill, some of it lies on a pallet, and the order's lot was sold."""
    await _introduce(plant)
    await _order(plant, f"L-{order}")
    await _pack(plant)
    floor = GenealogyServiceStub(plant.peers["line@mes"].channel)
    receipt = mes.ReceiveLot(
        lot=_part(USED, HEAT, "1000"),
        supplier=MILL,
        supplier_lot="M-77",
        purchase_order_no=BOUGHT,
    )
    shipment = mes.ShipLot(
        lot=_part(MADE, f"L-{order}", "1"),
        shipment_no=SENT,
        customer=ACME,
        sales_order_no=SOLD,
    )
    told = [
        mes.LotOperation(event_id="in", plant=PLANT, occurred_at=noon(), receive=receipt),
        mes.LotOperation(event_id="out", plant=PLANT, occurred_at=noon(), ship=shipment),
    ]
    await floor.OperateLots(mes.OperateLotsRequest(idempotency_key="trade", operations=told))


async def _introduce(plant: Plant) -> None:
    steward = ReferenceServiceStub(plant.peers["operator@reference"].channel)
    mill = reference.Party(party_id=MILL, name="The mill", role=reference.PARTY_ROLE_SUPPLIER)
    acme = reference.Party(party_id=ACME, name="Acme", role=reference.PARTY_ROLE_CUSTOMER)
    await steward.PutMasterData(
        reference.PutMasterDataRequest(idempotency_key="parties", parties=[mill, acme])
    )


async def _order(plant: Plant, lot: str) -> None:
    store = Store(plant.mesh.databases["erp"], pool_size=1)
    async with store.work():
        await put_codes("ledger", _CODES)
    await store.close()
    steel = TradeLine(10, USED, Decimal(1000), UNIT)
    meant = Lot(lot, Decimal(1), UNIT)
    widgets = TradeLine(10, MADE, Decimal(2), UNIT, lots=(meant,))
    await plant.ledger.put_trade(Trade("purchase", PLANT, BOUGHT, MILL, ("OPEN",), (steel,)))
    await plant.ledger.put_trade(Trade("sales", PLANT, SOLD, ACME, ("OPEN",), (widgets,)))


async def _pack(plant: Plant) -> None:
    channel = plant.peers["storekeeper@wms"].channel
    unit = units.HandlingUnitOrder(sscc=SSCC, plant=PLANT, type="PX")
    await HandlingUnitServiceStub(channel).BuildHandlingUnits(
        units.BuildHandlingUnitsRequest(idempotency_key="pallet", units=[unit])
    )
    loose = wms.StockKey(
        plant=PLANT, item_no=USED, lot_no=HEAT, status=wms.STOCK_STATUS_UNRESTRICTED
    )
    packed = wms.Movement(
        reference="pack",
        type=wms.MOVEMENT_TYPE_PACK,
        stock=loose,
        quantity=_kilograms("7"),
        to=wms.StockTarget(handling_unit=SSCC),
        occurred_at=noon(),
    )
    await StockServiceStub(channel).MoveStock(
        wms.MoveStockRequest(idempotency_key="pack", movements=[packed])
    )


def _part(item: str, lot: str, amount: str) -> mes.LotPart:
    key = keys_pb2.LotKey(plant=PLANT, item_no=item, lot_no=lot)
    return mes.LotPart(lot=key, quantity=_kilograms(amount))


def _kilograms(amount: str) -> quantity_pb2.Quantity:
    return quantity_pb2.Quantity(value=amount, unit=UNIT)

"""A plant in Lyon with an ERP: what is known of it before the first order."""

from decimal import Decimal

from plantmesh.common.v1 import instant_pb2
from plantmesh.reference.v1 import records_pb2 as records
from plantmesh.reference.v1 import reference_pb2 as reference
from plantmesh.wms.v1 import wms_pb2 as wms

from services.kit.lanes.systems import System, put_system
from services.kit.store import Store
from tools.demo.accounts import account_map
from tools.demo.crew import Crew, quantity
from tools.demo.erp.port import Erp
from tools.demo.shift import (
    COSTS,
    CURRENCY,
    CUSTOMER,
    HEATS,
    KILOGRAMS,
    MADE,
    PIECES,
    PLANT,
    STOCK,
    USED,
    ZONE,
)


async def introduce(crew: Crew, erp_database: str, erp: Erp) -> None:
    """Master data, costs and codes in reference, the ERP in erp's systems, steel in the stock."""
    codes = [*(_mapping(erp.name, *code) for code in erp.codes), *account_map()]
    await crew.reference.PutMasterData(
        reference.PutMasterDataRequest(
            idempotency_key="demo/master-data",
            plants=[reference.Plant(plant=PLANT, name="Lyon", time_zone=ZONE)],
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
            parties=[
                reference.Party(party_id=CUSTOMER, name="Acme", role=reference.PARTY_ROLE_CUSTOMER)
            ],
            standard_costs=[_cost(MADE, PIECES), _cost(USED, KILOGRAMS)],
            code_mappings=codes,
        )
    )
    # The planner drafted them; a second person puts them in force.
    await crew.steward.ApproveCodes(
        reference.ApproveCodesRequest(idempotency_key="demo/codes", mappings=codes)
    )
    await _connect(erp_database, erp)
    await crew.stock.MoveStock(
        wms.MoveStockRequest(
            idempotency_key="demo/steel", movements=[_delivery(heat) for heat in HEATS]
        )
    )


async def _connect(erp_database: str, erp: Erp) -> None:
    """The row of `systems` that an integrator writes; the secret is in PLANTMESH_SECRETS."""
    row = System(erp.name, erp.name, (PLANT,), erp.budget, erp.name, erp.settings)
    store = Store(erp_database, pool_size=1)
    async with store.work() as work:
        await put_system(work, row)
    await store.close()


def _mapping(system: str, domain: str, code: str, canonical: str) -> reference.CodeMapping:
    return reference.CodeMapping(
        code=reference.Code(domain=domain, system=system, code=code), canonical=canonical
    )


def _cost(item_no: str, unit: str) -> records.StandardCost:
    return records.StandardCost(
        item_no=item_no,
        plant=PLANT,
        currency=CURRENCY,
        amount=str(COSTS[item_no]),
        per=quantity(Decimal(1), unit),
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
        quantity=quantity(STOCK, KILOGRAMS),
        occurred_at=at,
    )

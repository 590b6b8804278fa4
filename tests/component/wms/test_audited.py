"""Whatever people do to stock stands in the audit: movements, promises, units, counts, repairs."""

from typing import Any

from plantmesh.wms.v1 import reservations_pb2 as reservations
from plantmesh.wms.v1 import stock_counts_pb2 as counts
from plantmesh.wms.v1 import wms_pb2

from services.kit.access.principal import Principal, acting_as
from tests.audited import play, step
from tests.component.kit.rpc.desk import mint
from tests.component.wms.messages import AT, issue, kg, move, movement, receipt, stock
from tests.component.wms.test_papers import (
    COUNT,
    FIRST,
    FREE,
    KEY,
    PLANNED,
    build,
    command,
    fill,
    plan,
    reserve,
)
from tests.component.wms.warehouse import PROCESS, Warehouse

OTHER = {"plant": "lyon", "count_no": "C2"}
SHIPPED = movement(
    "s1", "ISSUE_TO_DELIVERY", "1", delivery_no="80001/10", shipped_to={"customer": "ACME"}, **FREE
)
SEEN = {"stock": stock(status="UNRESTRICTED"), "quantity": kg("1.5")}


async def _drift(warehouse: Warehouse) -> None:
    """A balance that is not the fold of its movements."""
    async with warehouse.store.work() as work:
        await work.sql("UPDATE balance SET quantity = 7 WHERE item_no = 'FLOUR' AND hu = ''")


STEPS = (
    step(move(receipt()), "movement"),
    step(move(SHIPPED), "movement"),
    step(reserve(), "reservation"),
    step(move(issue(amount="2")), "movement"),
    step(fill(reservations.ReleaseReservationsRequest(), keys=[KEY]), "reservation"),
    step(build(), "handling_unit"),
    step(
        move(movement("p1", "PACK", "4", to={"handling_unit": FIRST}, **FREE)),
        "movement",
    ),
    step(command("STAGE"), "handling_unit"),
    step(command("MOVE", to_location="A"), "handling_unit movement"),
    step(plan(), "stock_count"),
    step(fill(counts.RecordStockCountRequest(), key=COUNT, found=[SEEN]), "stock_count"),
    step(
        fill(counts.RecordStockCountRequest(), key=COUNT, found=[SEEN], idempotency_key="again"),
        "stock_count",
    ),
    step(
        fill(counts.PostStockCountRequest(), key=COUNT, reason="year's end", occurred_at=AT),
        "stock_count movement",
    ),
    step(fill(counts.PlanStockCountRequest(), **PLANNED | {"key": OTHER}), "stock_count"),
    step(fill(counts.CancelStockCountRequest(), key=OTHER), "stock_count"),
    step(wms_pb2.RecountBalancesRequest(repair=True), "balance", first=_drift),
)


async def test_everything_that_people_do_to_stock(warehouse: Warehouse) -> None:
    everywhere = mint(scope=PROCESS, plants=["*"])

    async def ask(request: Any) -> Any:
        return await warehouse.ask(request, everywhere)

    await play(warehouse, warehouse.store, ask, STEPS)
    async with warehouse.store.work() as work:
        rows = await work.sql(
            "SELECT kind, key, old::text, new::text, reason FROM audit_unsealed"
            " WHERE kind <> 'movement' ORDER BY id"
        )
    told = {(kind, key): (old, new, reason) for kind, key, old, new, reason in rows}
    assert told["reservation", "lyon/R1"][:2] == ('{"released":false}', '{"released":true}')
    assert told["handling_unit", f"lyon/{FIRST}"][:2] == ('{"location":""}', '{"location":"A"}')
    assert told["stock_count", "lyon/C1"] == (
        '{"state":"counted"}',
        '{"state":"posted"}',
        "year's end",
    )
    [drift] = [row for (kind, _), row in told.items() if kind == "balance"]
    assert '"value":"7"' in str(drift[0])
    assert '"value":"7"' not in str(drift[1])


async def test_what_a_service_moves_for_somebody_names_both(warehouse: Warehouse) -> None:
    """Of what it moves of itself movements tell alone."""
    service = mint(scope=PROCESS, sub="service:process")
    await warehouse.ask(move(receipt()), service)
    with acting_as(Principal("service:process", on_behalf_of="service:mes")):
        await warehouse.ask(reserve(), service)
    with acting_as(Principal("service:process", on_behalf_of="lina")):
        await warehouse.ask(move(issue(amount="2")), service)
    async with warehouse.store.work() as work:
        rows = await work.sql("SELECT kind, who, via FROM audit_unsealed ORDER BY id")
    assert rows == [
        ("reservation", "service:mes", "service:process"),
        ("movement", "lina", "service:process"),
    ]

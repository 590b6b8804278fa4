"""What the floor does stands in the audit: who, by which command, old and new; nobody's name."""

from typing import Any

from services.kit.access.principal import Principal, acting_as
from services.kit.audit import told_by
from tests.audited import play, step
from tests.component.mes import messages as m
from tests.component.mes.floor import Floor
from tests.component.mes.lot_messages import MILL, command, operate, operation, some, void
from tests.unit.mes.reports import plan, report
from tests.unit.mes.use_cases.steps import confirm, create

RECEIVED = operation("in", receive={"lot": some("F/1", "10"), **MILL}, reason="po")
SHIPPED = operation("ship", ship={"lot": some("F/1", "1"), "shipment_no": "S1", "customer": "ACME"})
STEPS = (
    step(m.create(m.plan()), "work_order"),
    step(m.START, "work_order"),
    step(m.confirm(m.report()), "confirmation lot work_order"),
    step(m.reverse(1), "confirmation lot void work_order"),
    step(operate(RECEIVED, SHIPPED), "lot lot_operation"),
    step(void("ship"), "lot void"),
    step(command("F/1", "UNRESTRICT"), "lot"),
)

COMMAND = "plantmesh.mes.v1.ConfirmOperationsRequest"


async def test_an_orders_story(floor: Floor) -> None:
    await create(floor, plan())
    with acting_as(Principal("service:process", on_behalf_of="line")), told_by(COMMAND):
        await confirm(floor, report("c-1", "40"))
    async with floor.store.work() as work:
        rows = await work.sql(
            "SELECT kind, key, who, via, method, old->>'lifecycle', new->>'lifecycle',"
            " new->>'good' FROM audit_unsealed WHERE kind IN ('work_order', 'confirmation')"
            " ORDER BY id"
        )
        [(texts,)] = await work.sql("SELECT string_agg(new::text, '') FROM audit_unsealed")
    assert rows[0][:7] == ("work_order", "lyon/4711", "service:mes", "", "", None, "released")
    assert len(rows) == 4
    confirmed = [row for row in rows if row[2] == "line"]
    assert {row[0] for row in confirmed} == {"work_order", "confirmation"}
    assert {row[1] for row in confirmed} == {"lyon/4711", "lyon/4711/1"}
    assert {row[3:5] for row in confirmed} == {("service:process", COMMAND)}
    assert {row[7] for row in confirmed} == {"40"}
    assert '"operator"' not in texts


async def test_everything_that_is_asked_of_the_floor(floor: Floor) -> None:
    async with floor.calling() as calls:

        async def ask(request: Any) -> Any:
            method = request.DESCRIPTOR.name.removesuffix("Request")
            desk = next(one for one in vars(calls).values() if hasattr(one, method))
            return await getattr(desk, method)(request)

        await play(floor, floor.store, ask, STEPS)
    async with floor.store.work() as work:
        rows = await work.sql(
            "SELECT key, new->>'kind', new->>'reason' FROM audit_unsealed"
            " WHERE kind IN ('lot_operation', 'void') ORDER BY id"
        )
        [(texts,)] = await work.sql("SELECT string_agg(new::text, '') FROM audit_unsealed")
    assert rows == [
        ("lyon/c1", None, "did_not_occur"),
        ("lyon/back-1", None, "did_not_occur"),
        ("lyon/in", "receive", "po"),
        ("lyon/ship", "ship", ""),
        ("lyon/ship", None, "did_not_occur"),
    ]
    # Who it went to may ask to be forgotten; the digest still holds what was told.
    assert "ACME" not in texts

"""What the floor does stands in the audit: who, by which command, old and new; nobody's name."""

from services.kit.access.principal import Principal, acting_as
from services.kit.audit import told_by
from tests.component.mes.floor import Floor
from tests.unit.mes.reports import plan, report
from tests.unit.mes.use_cases.steps import confirm, create

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

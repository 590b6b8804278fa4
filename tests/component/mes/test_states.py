"""Every illegal command on a work order, over gRPC: refused by type, and nothing changed."""

import pytest
from plantmesh.mes.v1 import work_orders_pb2

from services.kit.errors import ConflictError
from services.mes.domain.lifecycle import WORK_ORDER, Lifecycle
from tests.component.mes.floor import Floor
from tests.component.mes.messages import command, create, plan
from tests.paths import illegal, paths

PATHS = paths(WORK_ORDER, Lifecycle.RELEASED)
"""Orders arrive released."""


def test_every_state_can_be_brought_about() -> None:
    assert PATHS.keys() == set(Lifecycle)


async def test_illegal_commands_are_refused_in_every_state(floor: Floor) -> None:
    wrong: list[tuple[str, str, str]] = []
    tried = 0
    async with floor.calling() as calls:
        for state, way in PATHS.items():
            await calls.orders.CreateWorkOrders(create(plan(state.name), key=state.name))
            if way:
                names = (one.name for one in way)
                await calls.orders.CommandWorkOrders(command(*names, order_no=state.name))
        before = await floor.rows()
        for state in PATHS:
            for one in illegal(WORK_ORDER, state):
                tried += 1
                request = command(one.name, order_no=state.name, key=f"{state} refuses {one}")
                with pytest.raises(ConflictError) as caught:
                    await calls.orders.CommandWorkOrders(request)
                error = caught.value
                allowed = [step.value for step in WORK_ORDER.next[state]]
                if (error.code, error.field) != ("wrong_state", "commands[0].command") or any(
                    name not in error.hint for name in allowed
                ):
                    wrong.append((state, one, f"{error.code} {error.field} {error.hint}"))
        listed = await calls.orders.ListWorkOrders(
            work_orders_pb2.ListWorkOrdersRequest(plant="lyon")
        )
    assert wrong == []
    assert tried == len(Lifecycle) * len(WORK_ORDER.commands) - sum(
        map(len, WORK_ORDER.next.values())
    )
    assert await floor.rows() == before
    for order in listed.orders:
        name = work_orders_pb2.Lifecycle.Name(order.lifecycle)
        assert name == f"LIFECYCLE_{order.plan.key.order_no}"

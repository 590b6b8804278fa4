"""A released order keeps its plan: whatever reference tells of bills and items later is news."""

from typing import Any

from google.protobuf.message import Message
from plantmesh.common.v1.quantity_pb2 import Quantity
from plantmesh.mes.v1 import work_orders_pb2
from plantmesh.reference.v1 import events_pb2, records_pb2
from plantmesh.reference.v1 import reference_pb2 as pb

from services.kit.backbone.envelope import Event, Position
from services.kit.backbone.subscriptions import Subscriptions
from services.kit.copies import known
from services.kit.rpc.client import Peer
from services.mes import consumers
from services.mes.wire import ITEMS
from tests.component.kit.rpc.desk import Given, mint
from tests.component.mes.floor import Floor
from tests.component.mes.messages import START, confirm, create, order, plan, report, used
from tests.unit.mes.reports import NOON


async def tell(floor: Floor, *messages: Message) -> int:
    """What reference tells, as mes' consumer hands it over; how many of them mes listens to."""
    peer = Peer("127.0.0.1:1", Given(mint()))
    subscriptions = Subscriptions()
    consumers.copies(floor.store, peer).follow(subscriptions)
    heard = 0
    for n, message in enumerate(messages, start=1):
        type = message.DESCRIPTOR.full_name
        if found := subscriptions.find(type.encode()):
            named: dict[str, Any] = {"subject": "", "traceparent": "", "actor": "", "time": NOON}
            event = Event(
                id=f"e{n}",
                type=type,
                source="plantmesh.reference",
                key=f"k{n}",
                sequence=1,
                position=Position(1, n),
                data=message,
                **named,
            )
            async with floor.work():
                await found.handler([event])
            heard += 1
    await peer.close()
    return heard


def bread(revision: str) -> pb.Bom:
    """90 kg of rye for 100 kg, instead of 60 kg of flour."""
    line = pb.BomLine(
        position=10, component_item_no="RYE", quantity=Quantity(value="90", unit="KGM")
    )
    base = Quantity(value="100", unit="KGM")
    return pb.Bom(
        plant="lyon",
        item_no="BREAD",
        revision=revision,
        base_quantity=base,
        lines=[line],
        version=2,
    )


def loaf() -> pb.Item:
    """A later revision, withdrawn, weighed in pieces."""
    given: dict[str, Any] = {"from": "H87", "to": "KGM"}
    return pb.Item(
        item_no="BREAD",
        base_unit="KGM",
        type=pb.ITEM_TYPE_FINISHED,
        revision="B",
        lifecycle=pb.ITEM_LIFECYCLE_WITHDRAWN,
        conversions=[pb.UnitConversion(**given, numerator=3, denominator=4)],
        version=99,
    )


async def test_a_changed_bill_leaves_a_released_order_as_it_is(floor: Floor) -> None:
    keys = work_orders_pb2.BatchGetWorkOrdersRequest(keys=[work_orders_pb2.WorkOrder().plan.key])
    keys.keys[0].plant, keys.keys[0].order_no = order()["plant"], order()["order_no"]
    change = records_pb2.EngineeringChange(
        eco_no="eco-1", plant="lyon", state=records_pb2.CHANGE_STATE_EFFECTIVE, version=5
    )
    async with floor.calling() as calls:
        await calls.orders.CreateWorkOrders(create(plan()))
        [released] = (await calls.orders.BatchGetWorkOrders(keys)).orders
        heard = await tell(
            floor,
            events_pb2.BomChanged(bom=bread("B")),
            events_pb2.RoutingChanged(routing=pb.Routing(plant="lyon", item_no="BREAD")),
            events_pb2.EngineeringChangeChanged(change=change),
            events_pb2.ItemChanged(item=loaf()),
        )
        assert heard == 1, "mes takes items from reference, and plans from the order alone"
        async with floor.work():
            assert (await known(ITEMS, ["BREAD"]))["BREAD"].revision == "B"
        assert list((await calls.orders.BatchGetWorkOrders(keys)).orders) == [released]
        assert released.plan.components == create(plan()).plans[0].components
        # It is still made as it was planned.
        await calls.orders.CommandWorkOrders(START)
        [result] = (
            await calls.orders.ConfirmOperations(confirm(report(consumed=[used("FLOUR/F1")])))
        ).results
        assert result.confirmation_no == 1
        [running] = (await calls.orders.BatchGetWorkOrders(keys)).orders
        assert running.plan == released.plan

"""Machines, and the telemetry part of orders; they lead to each other, so they live together."""

from datetime import datetime
from typing import Self

import strawberry

from services.kit.errors import InvalidError
from services.kit.graph import Entity, batch_field, reading
from services.kit.ids import GraphId
from services.telemetry import policy
from services.telemetry.application.find import find_machines
from services.telemetry.domain.equipment import MachineMode, MachineState
from services.telemetry.domain.keys import OrderKey
from services.telemetry.domain.look import Quality, plant_of
from services.telemetry.domain.machine import Machine
from services.telemetry.graph.context import Asked
from services.telemetry.graph.counter import EquipmentCounter


@strawberry.type(description="How a machine is, by the newest that was heard of it.")
class EquipmentCondition:
    """Times are those of the machine's own clock."""

    plant: str
    equipment: str = strawberry.field(description="Its path in the hierarchy of equipment.")
    state: MachineState
    mode: MachineMode
    quality: Quality
    since: datetime | None = strawberry.field(description="Since when it is in this state.")
    order: "Order | None" = strawberry.field(description="What it works on; null between jobs.")
    lot_no: str | None = strawberry.field(description="The lot it makes; null between jobs.")
    counters: list[EquipmentCounter]
    as_of: datetime | None = strawberry.field(description="The time of the newest value.")

    @classmethod
    def of(cls, machine: Machine) -> Self:
        """Wrap a domain machine."""
        state = machine.state
        return cls(
            plant=machine.plant,
            equipment=machine.equipment,
            state=state.state if state else MachineState.UNKNOWN,
            mode=state.mode if state else MachineMode.UNKNOWN,
            quality=machine.quality,
            since=state.since.moment if state else None,
            order=Order.of(OrderKey(machine.plant, machine.order_no)) if machine.order_no else None,
            lot_no=machine.lot_no or None,
            counters=[EquipmentCounter.of(one) for one in machine.counters],
            as_of=machine.as_of,
        )


@strawberry.federation.type(keys=["id"], description="A machine: a place in the plant's hierarchy.")
class Equipment(Entity):
    """Every id that decodes is a machine here; one that nobody told of has null parts."""

    id: strawberry.ID
    path: strawberry.Private[str]

    @classmethod
    def of(cls, path: str) -> Self:
        """The machine at this path."""
        return cls(id=cls.id_of(plant_of(path), path), path=path)

    @classmethod
    def enter(cls, named: GraphId) -> Self:
        """The machine that an id names, for those who may see its plant.

        Raises InvalidError on an id whose path leads into another plant than the one it names.
        """
        policy.may_read([named.plant], "id")
        if plant_of(named.key) != named.plant:
            raise InvalidError("not an id of this graph", code="bad_id", field="id")
        return cls.of(named.key)

    @batch_field(description="How it is now; null where nobody told of it yet.")
    async def condition(
        self, info: Asked, equipment: list[Self]
    ) -> list[EquipmentCondition | None]:
        """One load for all machines of this level."""
        async with reading(info) as books:
            found = await find_machines(books, {one.path for one in equipment})
        return [
            EquipmentCondition.of(found[one.path]) if one.path in found else None
            for one in equipment
        ]


@strawberry.federation.type(keys=["id"], description="A production order of a plant.")
class Order(Entity):
    """Every id that decodes is an order here; on one that is not under way no machine works."""

    id: strawberry.ID
    key: strawberry.Private[OrderKey]

    @classmethod
    def of(cls, key: OrderKey) -> Self:
        """The order of this key."""
        return cls(id=cls.id_of(*key), key=key)

    @classmethod
    def enter(cls, named: GraphId) -> Self:
        """The order that an id names, for those who may see its plant."""
        policy.may_read([named.plant], "id")
        return cls.of(OrderKey(named.plant, named.key))

    @batch_field(description="The machines that work on it now, by path.")
    async def equipment(self, info: Asked, orders: list[Self]) -> list[list[Equipment] | None]:
        """One load for all orders of this level."""
        async with reading(info) as books:
            found = await books.machines.at_work({one.key for one in orders})
        return [[Equipment.of(path) for path in found.get(one.key, ())] for one in orders]

"""The master data of a machine; telemetry tells how it is."""

from decimal import Decimal
from typing import Self

import strawberry

from services.kit.errors import InvalidError
from services.kit.graph import Entity, Quantity, batch_field, reading
from services.kit.ids import GraphId
from services.reference import policy
from services.reference.domain import equipment as domain
from services.reference.domain.names import by_key
from services.reference.graph.context import Asked

strawberry.enum(domain.Level, name="EquipmentLevel", description="ISA-95 EquipmentLevel.")


@strawberry.type(description="What is planned with a machine, whatever it does now.")
class EquipmentMaster:
    """Of a path."""

    path: str = strawberry.field(description="Plant, area, line, cell.")
    parent: str | None = strawberry.field(description="The path above; null below the plant.")
    level: domain.Level
    work_center: str | None = strawberry.field(description="What routings and orders call it.")
    equipment_class: str | None
    oee_target: Decimal | None = strawberry.field(description='A share, such as "0.85".')
    ideal_cycle: Quantity | None = strawberry.field(description="Time for one piece, ISO 22400-2.")
    calendar: str | None

    @classmethod
    def of(cls, one: domain.Equipment) -> Self:
        """Wrap a domain record."""
        return cls(
            path=one.path,
            parent=one.parent or None,
            level=one.level,
            work_center=one.work_center or None,
            equipment_class=one.equipment_class or None,
            oee_target=Decimal(one.oee_target) if one.oee_target else None,
            ideal_cycle=Quantity.of(one.ideal_cycle) if one.ideal_cycle else None,
            calendar=one.calendar or None,
        )


@strawberry.federation.type(keys=["id"], description="A machine: a place in the plant's hierarchy.")
class Equipment(Entity):
    """Every id that decodes is a machine here; one without master data has a null part."""

    id: strawberry.ID
    path: strawberry.Private[str]

    @classmethod
    def enter(cls, named: GraphId) -> Self:
        """The machine that an id names, for those who may see its plant.

        Raises InvalidError on an id whose path leads into another plant than the one it names.
        """
        policy.may_read([(named.plant, "id")])
        if named.key.partition("/")[0] != named.plant:
            raise InvalidError("not an id of this graph", code="bad_id", field="id")
        return cls(id=strawberry.ID(named.encode()), path=named.key)

    @batch_field(description="Its master data; null where nobody put any.")
    async def master(self, info: Asked, equipment: list[Self]) -> list[EquipmentMaster | None]:
        """One load for all machines of this level."""
        async with reading(info) as books:
            found = by_key(await books.equipment.get({(one.path,) for one in equipment}))
        known = (found.get((one.path,)) for one in equipment)
        return [EquipmentMaster.of(one) if one else None for one in known]

"""What a machine counts, and the words for how it is."""

from typing import Self

import strawberry

from services.kit.graph import Quantity
from services.telemetry.domain.equipment import MachineMode, MachineState
from services.telemetry.domain.look import CounterKind, CounterReading, Quality

strawberry.enum(MachineState, description="Source: OPC 30050 PackML; UNKNOWN where none is told.")
strawberry.enum(MachineMode, description="Source: OPC 30050 PackML; UNKNOWN where none is told.")
strawberry.enum(
    Quality,
    name="EquipmentQuality",
    description="UNCERTAIN while nobody sees the machine, BAD while a counter cannot be read.",
)
strawberry.enum(CounterKind, description="What a counter counts.")


@strawberry.type(description="What a counter of a machine shows: everything since it was at zero.")
class EquipmentCounter:
    """Never a difference."""

    counter: str = strawberry.field(description="Unique within the machine.")
    kind: CounterKind
    reading: Quantity
    item_no: str | None = strawberry.field(description="Of a consumed material.")
    lot_no: str | None = strawberry.field(description="The lot it is taken from.")
    reason: str | None = strawberry.field(description="Of scrap, as the machine says it.")

    @classmethod
    def of(cls, counter: CounterReading) -> Self:
        """Wrap a domain reading."""
        return cls(
            counter=counter.counter,
            kind=counter.kind,
            reading=Quantity.of(counter.reading),
            item_no=counter.item_no or None,
            lot_no=counter.lot_no or None,
            reason=counter.reason or None,
        )

"""Facts on their way to the outbox."""

from services.kit.backbone.outbox import emit
from services.kit.store import current_work
from services.telemetry import wire
from services.telemetry.domain.machine import Report


class OutboxFacts:
    """What is told of a machine keeps its order: its path is the key."""

    def tell(self, epoch: int, fact: Report) -> None:
        """When the unit of work commits."""
        emit(current_work(), fact.equipment, wire.write_fact(epoch, fact))

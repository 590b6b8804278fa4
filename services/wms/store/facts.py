"""Facts on their way to the outbox."""

from services.kit.backbone.outbox import emit
from services.kit.store import current_work
from services.wms import wire
from services.wms.domain.stock import Booked


class OutboxFacts:
    """What happens to a lot keeps its order: its key is theirs."""

    def tell(self, fact: Booked) -> None:
        """When the unit of work commits."""
        emit(current_work(), str(fact.movement.lot), wire.write_fact(fact))

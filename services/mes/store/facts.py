"""Facts on their way to the outbox."""

from services.kit.backbone.outbox import emit
from services.kit.store import current_work
from services.mes import wire
from services.mes.domain.events import Fact, key_of


class OutboxFacts:
    """Facts of an order, or of a lot, keep their order: its key is theirs."""

    def tell(self, fact: Fact) -> None:
        """When the unit of work commits."""
        emit(current_work(), str(key_of(fact)), wire.write_fact(fact))

"""Facts on their way to the outbox."""

from services.kit.backbone.outbox import emit
from services.kit.store import current_work
from services.wms import wire
from services.wms.ports import Fact


class OutboxFacts:
    """What happens to one thing keeps its order: its key is theirs."""

    def tell(self, fact: Fact) -> None:
        """When the unit of work commits."""
        for key, message in wire.write_facts(fact):
            emit(current_work(), key, message)

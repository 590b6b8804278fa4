"""Facts on their way to the outbox."""

from services.kit.backbone.outbox import emit
from services.kit.store import current_work
from services.quality import wire
from services.quality.domain.events import Fact, key_of


class OutboxFacts:
    """ports.Facts."""

    def tell(self, fact: Fact) -> None:
        """When the unit of work commits."""
        emit(current_work(), key_of(fact), wire.write_fact(fact))

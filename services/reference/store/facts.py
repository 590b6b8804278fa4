"""Facts go to the outbox of the unit of work."""

from services.kit.backbone.outbox import emit
from services.kit.store import current_work
from services.reference.ports import Fact
from services.reference.wire.events import event_key, write_event


class OutboxFacts:
    """Told when the unit of work commits."""

    def tell(self, fact: Fact) -> None:
        """Under the key that says where it holds."""
        key = event_key(fact)
        emit(current_work(), key, write_event(fact), subject=key)

    async def write(self) -> None:
        """Into the outbox, in this transaction."""
        await current_work().flush()

"""Facts: what producers commit, a business row and an event each."""

from collections.abc import Iterable

from google.protobuf.wrappers_pb2 import StringValue

from services.kit.backbone.outbox import Outbox, emit
from services.kit.store import Store
from tests.faults.place import TOPIC, Place

Fact = tuple[str, str]
"""(key, id): the id starts with its kind, which decides what the handler does with it."""


def owner_store(place: Place, pool_size: int = 2) -> Store:
    """The publisher's database, with its outbox."""
    store = Store(place.owner, pool_size=pool_size)
    store.bind(Outbox(TOPIC))
    return store


async def publish(store: Store, facts: Iterable[Fact]) -> None:
    """One business transaction: a row and an event for each fact."""
    facts = list(facts)
    async with store.work() as work:
        await work.sql(
            "INSERT INTO fact (key, id) SELECT * FROM unnest(%s::text[], %s::text[])",
            ([key for key, _ in facts], [id for _, id in facts]),
        )
        for key, id in facts:
            emit(work, key, StringValue(value=id))

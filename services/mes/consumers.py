"""What mes copies from reference, counts of telemetry, and follows of wms and quality."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from plantmesh.quality.v1.events_pb2 import LotJudged
from plantmesh.reference.v1 import reference_pb2 as pb
from plantmesh.reference.v1.events_pb2 import ItemChanged, LotConversionChanged
from plantmesh.reference.v1.reference_pb2_grpc import ReferenceServiceStub
from plantmesh.telemetry.v1.events_pb2 import CountersRead
from plantmesh.wms.v1.events_pb2 import StockArrived, StockMoved

from services.kit import signals
from services.kit.backbone.envelope import Event
from services.kit.backbone.subscriptions import Subscriptions
from services.kit.backbone.topic import Topic
from services.kit.copies import Copies
from services.kit.log import logger
from services.kit.rpc.client import Peer
from services.kit.store import Store, current_work
from services.mes import wire
from services.mes.application.count_production import count_production
from services.mes.application.follow_quality import follow_quality
from services.mes.application.follow_stock import follow_stock
from services.mes.domain.counting import Outcome
from services.mes.domain.look import Look
from services.mes.ports import Books

REFERENCE = Topic("plantmesh.reference")
TELEMETRY = Topic("plantmesh.telemetry")
WMS = Topic("plantmesh.wms")
QUALITY = Topic("plantmesh.quality")
STOCK = "mes stock"
"""The consumer of movements; one that genealogy cannot hold holds up its own lot's alone."""
VERDICTS = "mes quality"
"""The consumer of quality's word on lots."""
COUNTS = "mes counts"
"""The consumer that counts; its cursors are its own, so that copies never wait for machines."""
_UNEXPECTED = (Outcome.FENCED, Outcome.STALE)

_log = logger(__name__)
_looks = signals.counter("plantmesh.mes.looks")


def copies(store: Store, reference: Peer) -> Copies:
    """Kept by the consumer mes."""
    stub: Any = ReferenceServiceStub(reference.channel)

    async def items(numbers: list[str]) -> Iterable[pb.Item]:
        answer: pb.BatchGetItemsResponse = await stub.BatchGetItems(
            pb.BatchGetItemsRequest(item_nos=numbers)
        )
        return answer.items

    found = Copies(store, REFERENCE, "mes", reference)
    found.keep(wire.ITEMS, told_by=ItemChanged, carried=lambda event: event.item, ask=items)
    found.keep(wire.LOTS, told_by=LotConversionChanged, carried=lambda event: event.conversion)
    return found


def counts(books: Books) -> Subscriptions:
    """Looks become confirmations, or wait for a person, with the cursor."""
    found = Subscriptions()

    @found.on(CountersRead)
    async def count(events: list[Event[CountersRead]]) -> None:
        looks = [
            wire.read_look(event.id, event.data, event.position.incarnation) for event in events
        ]
        outcomes = await count_production(books, looks)
        current_work().after_commit(partial(_tell, looks, outcomes))

    return found


def stock(books: Books) -> Subscriptions:
    """What comes, leaves, is relabelled or goes to another plant: passages and edges, with the
    cursor. Both sides of a way between plants are told under a lot of their own, in any order.
    """
    found = Subscriptions()

    @found.on(StockMoved)
    async def follow(events: list[Event[StockMoved]]) -> None:
        now = books.clock.now()
        moved = (wire.read_moved(event.data.movement, event.actor, now) for event in events)
        await follow_stock(books, [one for one in moved if one])

    @found.on(StockArrived)
    async def receive(events: list[Event[StockArrived]]) -> None:
        now = books.clock.now()
        come = (wire.read_arrived(event.data.movement, event.actor, now) for event in events)
        await follow_stock(books, [one for one in come if one])

    return found


def verdicts(books: Books) -> Subscriptions:
    """Quality blocks lots and releases them; nobody does so here."""
    found = Subscriptions()

    @found.on(LotJudged)
    async def hear(events: list[Event[LotJudged]]) -> None:
        await follow_quality(books, [wire.read_word(event.data.word) for event in events])

    return found


def _tell(looks: Sequence[Look], outcomes: Sequence[Outcome]) -> None:
    for outcome, amount in Counter(outcomes).items():
        _looks.add(amount, {"outcome": outcome.value})
    told = zip(looks, outcomes, strict=True)
    refused = Counter((look.equipment, look.term, outcome) for look, outcome in told)
    for (equipment, term, outcome), amount in refused.items():
        if outcome in _UNEXPECTED:
            facts = {"outcome": outcome.value, "equipment": equipment, **term._asdict()}
            _log.warning("looks refused", amount=amount, **facts)

"""What others tell this service. A fact commits with the cursor; only then its flow is woken."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from google.protobuf.message import Message
from plantmesh.erp.v1 import events_pb2 as erp_pb2
from plantmesh.mes.v1 import events_pb2 as mes_pb2
from plantmesh.quality.v1 import events_pb2 as quality_pb2

from services.kit import signals
from services.kit.backbone.envelope import Event
from services.kit.backbone.outbox import emit
from services.kit.backbone.subscriptions import Handler, Subscriptions
from services.kit.store import current_work
from services.process.application.end_orders import advance_posted
from services.process.application.keep_facts import keep_facts
from services.process.application.tell_posted import tell_posted
from services.process.domain.facts import Fact, Saga, Told
from services.process.ports import Books, PostedPart, Wake
from services.process.wire import facts as wire
from services.process.wire.flows import write_posted

Wakes = Callable[[Sequence[Wake]], None]
Read = Callable[[Event[Any]], Fact | None]
_delay = signals.histogram("plantmesh.process.posting_delay")

FACTS: Mapping[type[Message], Read] = {
    erp_pb2.ProductionOrderReleased: lambda event: wire.read_released(event.data),
    mes_pb2.OperationConfirmed: lambda event: wire.read_confirmed(event.data),
    mes_pb2.ConfirmationReversed: lambda event: wire.read_taken_back(event.data),
    mes_pb2.LotProduced: lambda event: wire.read_born(event.data),
    mes_pb2.LotCaught: lambda event: wire.read_caught(event.data),
    mes_pb2.WorkOrderStateChanged: lambda event: wire.read_ended(event.data, event.time),
    quality_pb2.DispositionMade: lambda event: wire.read_disposed(event.data, event.time),
    quality_pb2.HoldPlaced: lambda event: wire.read_hold(event.data.hold, active=True),
    quality_pb2.HoldReleased: lambda event: wire.read_hold(event.data.hold, active=False),
}
"""Each event that a workflow acts on, and the fact it tells; None if it is not our business."""

WORDS: tuple[type[Message], ...] = (
    erp_pb2.PostingDone,
    erp_pb2.PostingRefused,
    erp_pb2.PostingSkipped,
)
"""The ERP's word on postings: noted at once, nobody has to act."""


def subscriptions(books: Books, wake: Wakes) -> Subscriptions:
    """Bind the handlers to the books; `wake` is called after the commit."""
    found = Subscriptions()
    for message, read in FACTS.items():
        found.on(message)(_keeping(books, wake, read))

    async def note(events: list[Event[Any]]) -> None:
        words = [wire.read_word(event.data, event.time) for event in events]
        for word in words:
            await tell_posted(books, word, partial(_announce, at=word.at))
        ready = await advance_posted(books, {word.reference for word in words})
        if ready:
            saga, cause = Saga.PRODUCTION_CONFIRMATION, events[-1].id
            wakes = [Wake(saga, flow, f"{cause}/{flow}") for flow in ready]
            current_work().after_commit(lambda: wake(wakes))

    for message in WORDS:
        found.on(message)(note)
    return found


def _keeping(books: Books, wake: Wakes, read: Read) -> Handler[Any]:
    async def keep(events: list[Event[Any]]) -> None:
        facts = [(event, fact) for event in events if (fact := read(event))]
        told = [Told(event.id, fact, event.actor, event.traceparent) for event, fact in facts]
        if told and (wakes := await keep_facts(books, told)):
            current_work().after_commit(lambda: wake(wakes))

    return keep


def _announce(part: PostedPart, at: datetime) -> None:
    order, work = part.posting.order, current_work()
    emit(work, str(order), write_posted(part))
    waited_seconds = (at - part.posting.occurred_at.moment).total_seconds()
    work.after_commit(lambda: _delay.record(max(waited_seconds, 0), {"plant": order.plant}))

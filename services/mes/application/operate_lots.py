"""Use case: lots are split, merged, relabelled, reworked, packed, received, shipped or used up."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from services.kit.errors import ConflictError, InvalidError, NotFoundError, located
from services.mes.application.hold_made import hold_made
from services.mes.domain.events import LotOperated
from services.mes.domain.genealogy import Kind, Link, refuse_cycle
from services.mes.domain.handling import Handling
from services.mes.domain.keys import LotKey, ReportKey
from services.mes.domain.lot import Lot
from services.mes.domain.lot_operation import LotOperation, Receive
from services.mes.ports import Books


class Operated(NamedTuple):
    """Every lot that the batch names, as it is now, and the ids that were known before."""

    lots: Sequence[Lot]
    replayed: Sequence[str]


async def operate_lots(
    books: Books, operations: Sequence[LotOperation], *, happened: bool = False
) -> Operated:
    """Carry them out in their order, all or none; each once, however often it arrives.

    What `happened` elsewhere already is only noted: nothing of a lot's state forbids it, and what
    was reported under its id before, by whomever, is left alone. Amounts are restated into the base
    unit of an item that is known, by the lot's own ratio before the item's. Raises ConflictError,
    InvalidError or NotFoundError naming `operations[i]` and the field.
    """
    watched = await books.scopes.enter({one.plant for one in operations})
    fresh = await _fresh(books, operations, happened=happened)
    if not happened:
        await _require_sent(books, fresh)
    touched, lots = {lot for one in operations for lot in _lots(one)}, dict[LotKey, Lot]()
    # Under a scope each alone: what holds the lots of one is seen by the next.
    for run in [{place: fresh[place]} for place in fresh] if watched else [fresh]:
        lots |= await _carry_out(books, run, happened=happened, watched=watched)
    left = touched - lots.keys()
    lots |= await books.lots.get(left) if left else {}
    replayed = [one.id for place, one in enumerate(operations) if place not in fresh]
    return Operated([lots[key] for key in sorted(touched)], replayed)


async def _carry_out(
    books: Books, operations: Mapping[int, LotOperation], *, happened: bool, watched: bool
) -> dict[LotKey, Lot]:
    """By position; the lots as they are then, and all that is made of them if it was held.

    Where one is held already they go one by one: what the first makes of it, the next finds held.
    """
    lots = await books.lots.open({lot for one in operations.values() for lot in _lots(one)})
    if len(operations) > 1 and not happened and any(lot.holds for lot in lots.values()):
        for place in operations:
            part = {place: operations[place]}
            lots |= await _carry_out(books, part, happened=False, watched=watched)
        return lots
    before = {key: replace(lot) for key, lot in lots.items()}
    items = await books.items.known({lot.goods for lot in lots})
    now = books.clock.now()
    done = {place: Handling(one, lots, items, now, happened) for place, one in operations.items()}
    for position, handling in done.items():
        with located(f"operations[{position}]"):
            handling.carry_out()
    await books.lots.save([lot for key, lot in lots.items() if lot != before[key]])
    await books.operations.add(list(done.values()))
    await _link(books, done)
    pairs = [edge.link.pair for one in done.values() for edge in one.edges]
    await hold_made(books, lots, pairs, watched=watched)
    for one in done.values():
        changed = [lots[lot] for lot in dict.fromkeys(_newest_first(one))]
        books.facts.tell(LotOperated(one.operation, one.edges, changed))
    return lots


async def _fresh(
    books: Books, operations: Sequence[LotOperation], *, happened: bool
) -> dict[int, LotOperation]:
    """Those that are not known yet, by position."""
    keys = {one.key for one in operations}
    found = await books.operations.find(keys)
    known = {key: one.fingerprint for key, one in found.items()}
    confirmed = await books.confirmations.find(keys)
    fresh: dict[int, LotOperation] = {}
    for position, one in enumerate(operations):
        with located(f"operations[{position}]"):
            _require_one_plant(one)
            same = known.setdefault(one.key, one.fingerprint) == one.fingerprint
            if not same and not happened:
                raise _differs(one.key)
            if one.key in confirmed:
                raise _differs(one.key)
        if one.key not in found and one not in fresh.values():
            fresh[position] = one
    return fresh


async def _require_sent(books: Books, fresh: dict[int, LotOperation]) -> None:
    """A lot of another plant is not made known from here."""
    sent = {place: lot for place, one in fresh.items() if (lot := _sent_as(one))}
    known = await books.lots.get(set(sent.values())) if sent else {}
    for position, lot in sent.items():
        if lot not in known:
            raise NotFoundError(
                f"nobody knows a lot {lot}",
                code="unknown_lot",
                field=f"operations[{position}].receive.sent_as.lot_no",
                hint="the plant that sent it reports it first",
            )


def _sent_as(operation: LotOperation) -> LotKey | None:
    return operation.what.sent_as if isinstance(operation.what, Receive) else None


def _lots(operation: LotOperation) -> Iterator[LotKey]:
    yield from (lot for lot, _ in operation.lots)
    if sent := _sent_as(operation):
        yield sent


def _newest_first(handling: Handling) -> Iterator[LotKey]:
    """What came into being before what it came from."""
    yield from (edge.link.target for edge in handling.edges)
    yield from (lot for lot, _ in handling.entries)


def _require_one_plant(operation: LotOperation) -> None:
    for lot, field in operation.lots:
        if lot.plant != operation.plant:
            raise InvalidError(
                f"lot {lot} is not of plant {operation.plant}",
                code="other_plant",
                field=f"{field}.plant",
                hint="ship it there, and receive it under a key of that plant",
            )


async def _link(books: Books, done: dict[int, Handling]) -> None:
    await books.genealogy.add([record for one in done.values() for record in one.records])
    causes: dict[Link, int] = {}
    for position, one in done.items():
        for edge in one.edges:
            # Stock goes to another plant and back; then nothing is made of itself.
            if not (one.happened and edge.link.kind is Kind.RECEIVE):
                causes.setdefault(edge.link, position)
    if circle := await books.genealogy.circular(causes):
        with located(f"operations[{causes[circle]}]"):
            raise refuse_cycle(circle.target, circle.source)


def _differs(key: ReportKey) -> ConflictError:
    return ConflictError(
        f"{key.id} was reported with other content",
        code="operation_differs",
        field="event_id",
        hint="give a new operation a new id; void a wrong one",
    )

"""Which effects follow from a confirmation, and which from a disposed part of its yield."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from services.kit.clock import Instant
from services.process.domain.effects import Effect, Kind, Line, Move, Movement, Posting, Stock
from services.process.domain.facts import Confirmed, TakenBack
from services.process.domain.keys import LotKey, OrderKey
from services.process.domain.ledger import Fate, Part, released_at_once
from services.process.domain.references import reference


def source_of(confirmed: Confirmed) -> str:
    """What quality is told a yield comes from: "<plant>/<order>/<confirmation_no>"."""
    return f"{confirmed.order}/{confirmed.number}"


def effects_of(confirmed: Confirmed, inspection_no: str) -> Iterator[Effect]:
    """What happens at once: stock moves, consumption and scrap are posted, the yield is not.

    The yield comes in as quality stock when there is an inspection.
    """
    order, number, at = confirmed.order, confirmed.number, confirmed.occurred_at
    if confirmed.good.value > 0:
        yield Movement(
            reference(order, number, "receipt"),
            order,
            Move.RECEIPT_PRODUCTION,
            confirmed.lot,
            Stock.QUALITY if inspection_no else Stock.UNRESTRICTED,
            confirmed.good,
            at,
        )
    for place, one in enumerate(confirmed.consumed):
        lot = LotKey(order.plant, one.item_no, one.lot_no)
        issue = reference(order, number, "issue", place)
        yield Movement(issue, order, Move.ISSUE_TO_ORDER, lot, Stock.UNRESTRICTED, one.quantity, at)
    if confirmed.consumed:
        lines = tuple(Line(one.item_no, one.lot_no, one.quantity) for one in confirmed.consumed)
        consumption = reference(order, number, "consumption")
        yield Posting(consumption, order, number, Kind.CONSUMPTION, lines, at)
    yield from _returns(confirmed)
    scrap = [one for one in confirmed.scrap if one.quantity.value > 0]
    if scrap:
        lines = tuple(Line(confirmed.item_no, "", one.quantity, one.reason) for one in scrap)
        yield Posting(reference(order, number, "scrap"), order, number, Kind.SCRAP, lines, at)


def _returns(confirmed: Confirmed) -> Iterator[Effect]:
    """Material that was not used goes back to stock, and off the order's account."""
    order, number, at = confirmed.order, confirmed.number, confirmed.occurred_at
    for place, one in enumerate(confirmed.returned):
        lot = LotKey(order.plant, one.item_no, one.lot_no)
        name = reference(order, number, "return", place)
        yield Movement(
            name, order, Move.RETURN_FROM_ORDER, lot, Stock.UNRESTRICTED, one.quantity, at
        )
    if confirmed.returned:
        lines = tuple(Line(one.item_no, one.lot_no, one.quantity) for one in confirmed.returned)
        yield Posting(reference(order, number, "returned"), order, number, Kind.RETURN, lines, at)


def effects_taken_back(
    confirmed: Confirmed, back: TakenBack, inspection_no: str = "", parts: Sequence[Part] = ()
) -> Iterator[Effect]:
    """What takes back all that followed from a confirmation, the last first.

    `parts` are those that quality decided on of an inspected yield, all of it. What it takes back
    is carried out before, in the same track: nothing is ever left out.
    """
    done = list(effects_of(confirmed, inspection_no))
    if confirmed.good.value > 0 and not inspection_no:
        parts = [released_at_once(confirmed.number, confirmed.lot_no, confirmed.good)]
    for part in parts:
        done += effects_of_part(confirmed.order, confirmed.item_no, part, confirmed.occurred_at)
    for place, effect in reversed(list(enumerate(done))):
        name = reference(back.order, back.number, "reversal", place)
        if isinstance(effect, Movement):
            yield replace(
                effect,
                reference=name,
                move=Move.REVERSAL,
                reverses=effect.reference,
                occurred_at=back.occurred_at,
                reason="",
            )
        else:
            yield Posting(
                name,
                back.order,
                back.number,
                Kind.REVERSAL,
                (),
                back.occurred_at,
                reverses=effect.reference,
            )


def effects_of_part(order: OrderKey, item_no: str, part: Part, at: Instant) -> Iterator[Effect]:
    """What a decision makes happen; stock and ERP each go their own way.

    A part without an inspection came in unrestricted: only the ERP has to hear of it.
    """
    lot = LotKey(order.plant, item_no, part.lot_no)
    split = (part.inspection_no, part.split_no) if part.inspection_no else ()
    if part.inspection_no:
        move, word = _MOVES[part.fate]
        yield Movement(
            reference(order, part.number, word, *split),
            order,
            move,
            lot,
            Stock.QUALITY,
            part.quantity,
            at,
            "" if part.fate is Fate.RELEASED else part.outcome.value,
        )
    if part.fate is not Fate.BLOCKED:
        kind = Kind.YIELD if part.fate is Fate.RELEASED else Kind.SCRAP
        lines = (Line(item_no, part.lot_no, part.quantity),)
        name = reference(order, part.number, kind.value, *split)
        yield Posting(name, order, part.number, kind, lines, at)


_MOVES = {
    Fate.RELEASED: (Move.RELEASE_FROM_QUALITY, "release"),
    Fate.SCRAPPED: (Move.SCRAP, "scrap"),
    Fate.BLOCKED: (Move.QUALITY_TO_BLOCKED, "block"),
}

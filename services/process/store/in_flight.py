"""What this service knows to be under way: effects not carried out, yields that wait."""

from collections.abc import Iterator

from services.kit.quantity import Quantity
from services.kit.store import current_work
from services.process.domain.drift import InFlight, Pending, StockClass
from services.process.domain.effects import Effect, Kind, Move, Movement, Posting, Stock
from services.process.domain.keys import OrderKey
from services.process.store import content

# The ERP's word on a posting: what a person gave up is no longer under way, and is drift.
_UNDER_WAY = """
    SELECT e.kind, e.content::text, o.kind, o.content::text FROM effect e
    LEFT JOIN effect o ON o.at = e.at AND o.reference = nullif(e.content->>'reverses', '')
    WHERE starts_with(e.flow, %s)
        AND (e.at = 'erp' AND e.posting NOT IN ('posted', 'skipped')
            OR e.at = 'wms' AND e.state <> 'done')
    ORDER BY e.place
"""
_WAITING = """
    SELECT order_no, item_no, lot_no, waiting, unit FROM output
    WHERE plant = %s AND waiting > 0 AND taken_back_by IS NULL
"""
_REJECTED = """
    SELECT p.order_no, o.item_no, p.lot_no, p.quantity, p.unit, p.fate FROM part p
    JOIN output o USING (plant, order_no, number)
    WHERE plant = %s AND p.fate <> 'released' AND o.taken_back_by IS NULL
"""
_POSTED = {Kind.YIELD: 1, Kind.RETURN: 1, Kind.CONSUMPTION: -1}
"""What the ERP's stock gains by a kind of posting. Scrap has no stock effect there."""
_FREE, _QUALITY, _BLOCKED = StockClass.UNRESTRICTED, StockClass.QUALITY, StockClass.BLOCKED
_AT = {Stock.UNRESTRICTED: _FREE, Stock.QUALITY: _QUALITY}


async def read_in_flight(plant: str) -> InFlight:
    """Of a plant; in the ambient unit of work."""
    work = current_work()
    flow = OrderKey(plant, "").flow
    pending = list[Pending]()
    for kind, text, original_kind, original in await work.sql(_UNDER_WAY, (flow,)):
        effect = content.read_effect(kind, text)
        taken_back = content.read_effect(original_kind, original) if original else None
        pending += _of(effect, taken_back)
    for order_no, item_no, lot_no, waiting, unit in await work.sql(_WAITING, (plant,)):
        order = OrderKey(plant, order_no)
        amount = Quantity(waiting, unit)
        pending.append(Pending(order, item_no, lot_no, _QUALITY, amount, delivers=True))
    rejected = list[Pending]()
    for order_no, item_no, lot_no, quantity, unit, fate in await work.sql(_REJECTED, (plant,)):
        one = Pending(
            OrderKey(plant, order_no),
            item_no,
            lot_no,
            _BLOCKED,
            Quantity(quantity, unit),
            delivers=True,
        )
        rejected.append(one if fate == "blocked" else one._replace(status=StockClass.ANY))
    return InFlight(pending, rejected)


def _of(effect: Effect, original: Effect | None) -> Iterator[Pending]:
    """What it leaves behind as long as it is not carried out."""
    if isinstance(effect, Posting):
        undone = isinstance(original, Posting)
        yield from _posting(original if isinstance(original, Posting) else effect, undone=undone)
    elif isinstance(original, Movement):
        # Our side lacks what takes it back: it has more than it will.
        yield from _moved(original, -1)
    elif isinstance(effect, Movement):
        yield from _moved(effect, 1)


def _posting(posting: Posting, *, undone: bool) -> Iterator[Pending]:
    sign = _POSTED.get(posting.kind, 0) * (-1 if undone else 1)
    for line in posting.lines if sign else ():
        amount = line.quantity if sign > 0 else -line.quantity
        delivers = posting.kind is Kind.YIELD
        yield Pending(posting.order, line.item_no, line.lot_no, _FREE, amount, delivers)


def _moved(movement: Movement, sign: int) -> Iterator[Pending]:
    """Our stock does not have it yet: the other way round than a posting."""
    for status, share in _legs(movement):
        # By its sign alone: Decimal's product rounds to 28 digits of our 30.
        amount = movement.quantity if share * sign < 0 else -movement.quantity
        yield Pending(
            movement.order,
            movement.lot.item_no,
            movement.lot.lot_no,
            status,
            amount,
        )


def _legs(movement: Movement) -> tuple[tuple[StockClass, int], ...]:
    here = _AT[movement.stock]
    return {
        Move.RECEIPT_PRODUCTION: ((here, 1),),
        Move.RETURN_FROM_ORDER: ((here, 1),),
        Move.ISSUE_TO_ORDER: ((here, -1),),
        Move.SCRAP: ((here, -1),),
        Move.RELEASE_FROM_QUALITY: ((_QUALITY, -1), (_FREE, 1)),
        Move.QUALITY_TO_BLOCKED: ((_QUALITY, -1), (_BLOCKED, 1)),
        Move.REVERSAL: (),
    }[movement.move]

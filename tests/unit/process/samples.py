"""Facts of one order, as the unit tests need them."""

import datetime as dt

from services.kit.clock import Instant
from services.kit.quantity import Quantity
from services.process.domain.facts import Confirmed, Consumption, Disposed, Fact, Scrap, Told
from services.process.domain.keys import LotKey, OrderKey
from services.process.domain.ledger import Disposition, Outcome, Yield

NOON = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
AT = Instant(NOON, 120)
ORDER = OrderKey("lyon", "4711")
LOT = LotKey("lyon", "widget", "L-1")


def kilograms(amount: str | int) -> Quantity:
    """So much."""
    return Quantity.parse(str(amount), "KGM")


def confirmed(
    number: int,
    good: str | int = 10,
    *,
    scrap: tuple[str, ...] = (),
    consumed: tuple[Consumption, ...] = (),
    returned: tuple[Consumption, ...] = (),
) -> Confirmed:
    """Confirmation `number` into lot L-1."""
    return Confirmed(
        order=ORDER,
        number=number,
        item_no="widget",
        good=kilograms(good),
        occurred_at=AT,
        lot_no="L-1",
        scrap=tuple(Scrap(kilograms(one), "worn_tool") for one in scrap),
        consumed=consumed,
        returned=returned,
    )


def decision(
    split: int, amount: str | int, outcome: Outcome = Outcome.ACCEPT, inspection_no: str = "I-1"
) -> Disposition:
    """Split `split`."""
    return Disposition(inspection_no, split, outcome, kilograms(amount))


def disposed(split: int, amount: str | int, outcome: Outcome = Outcome.ACCEPT) -> Disposed:
    """Quality decided on inspection I-1."""
    return Disposed(ORDER, decision(split, amount, outcome), AT)


def waiting(number: int, amount: str | int, inspection_no: str = "I-1") -> Yield:
    """Of confirmation `number`."""
    return Yield(number, "L-1", inspection_no, kilograms(amount))


def told(fact: Fact, id: str = "e-1") -> Told:
    """By somebody."""
    return Told(id, fact, "inspector")

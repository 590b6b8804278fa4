"""Looks at a press as tests write them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from services.kit.clock import Instant
from services.kit.quantity import Quantity
from services.mes.domain.look import CountKind, Job, Look, Material, Quality, Reading, Term
from tests.unit.mes.reports import LYON, NOON

PRESS = "lyon/hall-1/press-1"
JOB = Job("4711", "L1")


def good(total: str, *, incarnation: str = "", unit: str = "KGM") -> Reading:
    """What the press made."""
    return Reading("good", CountKind.GOOD, Quantity(Decimal(total), unit), incarnation)


def scrap(total: str, reason: str = "burnt", *, incarnation: str = "") -> Reading:
    """What the press spoiled."""
    quantity = Quantity(Decimal(total), "KGM")
    return Reading("scrap", CountKind.SCRAP, quantity, incarnation, reason=reason)


def flour(total: str, lot_no: str = "F1", *, item_no: str = "FLOUR") -> Reading:
    """What the press took."""
    quantity = Quantity(Decimal(total), "KGM")
    return Reading("flour", CountKind.CONSUMED, quantity, material=Material(item_no, lot_no))


def look(
    second: int, *readings: Reading, job: Job = JOB, epoch: int = 1, incarnation: int = 1
) -> Look:
    """A look so many seconds after noon, as this term's collector tells it."""
    return Look(
        id=f"look-{second}.{epoch}",
        plant=LYON,
        equipment=PRESS,
        term=Term(incarnation, epoch),
        job=job,
        readings=readings,
        read_at=Instant(NOON + timedelta(seconds=second), 120),
    )


def after_gap(seen: Look) -> Look:
    """The same after nobody was watching."""
    return replace(seen, quality=Quality.UNCERTAIN, after_gap=True)


def bad(seen: Look) -> Look:
    """The same, disowned by the machine."""
    return replace(seen, quality=Quality.BAD)

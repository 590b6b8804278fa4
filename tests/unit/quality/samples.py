"""Submissions, results, decisions and holds as tests write them."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

from services.kit.clock import Instant
from services.kit.quantity import Measures, Quantity
from services.quality.application.decide_inspections import Decision
from services.quality.domain.disposition import Disposition, Outcome
from services.quality.domain.hold import HoldOrder, Report
from services.quality.domain.item import Item
from services.quality.domain.keys import LotKey
from services.quality.domain.result import Result
from services.quality.domain.submission import Submission

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
LYON = "lyon"
MEASURES = {
    **dict.fromkeys(("BREAD", "WATER", "CAKE"), Measures("KGM")),
    "FILM": Measures("MTK", (("XRO", "MTK", Fraction(400)),)),
}
"""A roll of film has 400 m2, where its lot was not measured."""
FILM = Item("FILM", inspected=True, version=1)
BREAD, WATER = Item("BREAD", inspected=True, version=3), Item("WATER", inspected=False, version=1)


def kg(value: str) -> Quantity:
    """Kilograms."""
    return Quantity(Decimal(value), "KGM")


def lot_key(name: str = "BREAD/L1") -> LotKey:
    """In Lyon."""
    item_no, lot_no = name.split("/")
    return LotKey(LYON, item_no, lot_no)


def output(
    source: str = "s1",
    value: str = "100",
    *,
    lot: str = "BREAD/L1",
    order_no: str = "4711",
    unit: str = "KGM",
) -> Submission:
    """A yield in Lyon."""
    return Submission(source, lot_key(lot), order_no, Quantity(Decimal(value), unit))


def decision(
    no: str,
    value: str = "100",
    outcome: Outcome = Outcome.ACCEPT,
    *,
    split: int = 1,
    reason: str = "",
    unit: str = "KGM",
) -> Decision:
    """By the inspector."""
    quantity = Quantity(Decimal(value), unit)
    part = Disposition(split, outcome, quantity, reason, by="inspector", at=NOON)
    return Decision(no, part)


def reading(
    characteristic: str = "weight",
    value: str = "1",
    *,
    sample: str = "1",
    version: int = 1,
    passed: bool = True,
    reason: str = "",
) -> Result:
    """By the analyst."""
    at = Instant(NOON, 120)
    quantity = kg(value)
    return Result(
        characteristic,
        sample,
        version,
        quantity,
        passed,
        at,
        instrument="SCALE-1",
        reason=reason,
        by="analyst",
        at=NOON,
    )


def hold(hold_no: str = "H1", *lots: str, reason: str = "glass") -> HoldOrder:
    """On lots in Lyon."""
    return HoldOrder(hold_no, LYON, tuple(map(lot_key, lots or ("BREAD/L1",))), reason)


def applied(*lots: str, hold_no: str = "H1", version: int = 1, complete: bool = True) -> Report:
    """As process reports."""
    return Report(hold_no, version, tuple(map(lot_key, lots)), complete)

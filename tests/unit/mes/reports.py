"""Plans, reports and holds as tests write them."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

from services.kit.clock import Instant
from services.kit.quantity import Measures, Quantity
from services.mes.domain.confirmation import Confirmation, Consumption, Scrap
from services.mes.domain.hold import EVERYTHING, Block, Hold
from services.mes.domain.keys import LotKey, OrderKey
from services.mes.domain.lot_operation import Part, Receive
from services.mes.domain.plan import Component, Operation, Plan

LOAF = ("H87", "KGM", Fraction(1, 2))
ITEMS = {
    "BREAD": Measures("KGM", (LOAF,)),
    "FILM": Measures("MTK", (("XRO", "MTK", Fraction(400)), ("KGM", "MTK", Fraction(4)))),
    **dict.fromkeys(("FLOUR", "F", "SALT", "DOUGH", "TOAST", "ROLL"), Measures("KGM")),
    **dict.fromkeys(map(str, range(20)), Measures("KGM")),
}
"""What the bakery knows; a loaf weighs 500 g, a roll of film has 400 m2."""
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
AT = Instant(NOON, 120)
LYON = "lyon"


def kg(value: str) -> Quantity:
    """Kilograms."""
    return Quantity(Decimal(value), "KGM")


def order_key(order_no: str = "4711") -> OrderKey:
    """In Lyon."""
    return OrderKey(LYON, order_no)


def plan(
    order_no: str = "4711",
    ordered: str = "100",
    *,
    tolerance: str = "0.1",
    operations: tuple[int, ...] = (10, 20),
    item_no: str = "BREAD",
) -> Plan:
    """Bread of flour."""
    return Plan(
        key=order_key(order_no),
        item_no=item_no,
        ordered=kg(ordered),
        over_tolerance=Decimal(tolerance),
        due_start=NOON,
        due_end=NOON,
        operations=tuple(Operation(sequence, "bake", "OVEN") for sequence in operations),
        components=(Component(10, "FLOUR", kg("60")),),
    )


def report(  # noqa: PLR0913 - tests name the one part they are about
    id: str,
    good: str = "10",
    *,
    order_no: str = "4711",
    lot: str = "L1",
    scrap: str = "0",
    rework: str = "0",
    consumed: tuple[tuple[str, str], ...] = (),
    operation: int = 0,
    final: bool = False,
) -> Confirmation:
    """`consumed` are pairs of a lot's number, "FLOUR/F1", and kilograms."""
    return Confirmation(
        id=id,
        order=order_key(order_no),
        good=kg(good),
        rework=kg(rework),
        occurred_at=AT,
        operation=operation,
        lot_no=lot,
        scrap=(Scrap(kg(scrap), "burnt"),) if scrap != "0" else (),
        consumed=tuple(
            Consumption(lot_key(name).item_no, lot_key(name).lot_no, kg(amount))
            for name, amount in consumed
        ),
        equipment="OVEN-1",
        final=final,
    )


def lot_key(name: str) -> LotKey:
    """Of "FLOUR/F1", in Lyon."""
    item_no, lot_no = name.split("/")
    return LotKey(LYON, item_no, lot_no)


def part(name: str, amount: str) -> Part:
    """Kilograms of "FLOUR/F1"."""
    return Part(lot_key(name), kg(amount))


def received(name: str, amount: str) -> Receive:
    """Of nobody in particular."""
    return Receive(part(name, amount))


def hold(
    lot: str,
    *,
    version: int = 1,
    active: bool = True,
    hold_no: str = "H1",
    blocks: frozenset[Block] = EVERYTHING,
) -> Hold:
    """On a lot in Lyon."""
    return Hold(hold_no, lot_key(lot), active, version, blocks=blocks)

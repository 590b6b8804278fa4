"""Random handling of lots, and what must hold after every step of it."""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from itertools import count

from hypothesis import strategies as st

from services.kit.errors import DomainError
from services.kit.quantity import Quantity
from services.mes.domain.genealogy import Kind
from services.mes.domain.lot_operation import (
    Consume,
    Merge,
    Part,
    Receive,
    Relabel,
    Rework,
    Ship,
    Split,
    What,
)
from tests.unit.mes.reports import lot_key
from tests.unit.mes.use_cases import Floor
from tests.unit.mes.use_cases.steps import operate, void_operation

Move = tuple[str, int, int, str]
"""A kind, two lots by number, and an amount."""

LOTS = 6
KINDS = ("receive", "split", "merge", "relabel", "rework", "ship", "consume", "void")
AMOUNTS = st.decimals("0.000000000001", 9, places=12).map(lambda value: format(value, "f"))
ROLLS = st.integers(1, 40).map(lambda quarters: str(Decimal(quarters) / 4))


def moves(amounts: st.SearchStrategy[str]) -> st.SearchStrategy[list[Move]]:
    """Of so much."""
    numbers = st.integers(0, LOTS - 1)
    one = st.tuples(st.sampled_from(KINDS), numbers, numbers, amounts)
    return st.lists(one, min_size=4, max_size=25)


MOVES = moves(AMOUNTS)
_runs = count()


async def play(floor: Floor, moves: list[Move], *, measured: bool = False) -> None:
    """Each move is carried out whole or refused; nothing appears or gets lost.

    With `measured` lots amounts are rolls, of another size in every lot.
    """
    run = f"run{next(_runs)}"
    item_no = "FILM" if measured else "F"
    for number in range(LOTS) if measured else ():
        ratio = ("XRO", "MTK", Fraction(_size(number)))
        await floor.measure(f"FILM/{run}.{number}", ratio)
    outside: dict[str, Decimal] = {}
    for number, move in enumerate(moves):
        id = f"{run}.{number}"
        try:
            if move[0] == "void":
                gone = f"{run}.{move[1] + move[2]}"
                await void_operation(floor, gone)
                outside.pop(gone, None)
            else:
                await operate(floor, _what(f"{item_no}/{run}", move, measured=measured), id=id)
                outside[id] = _from_outside(move) * (_size(move[1]) if measured else 1)
        except DomainError:
            pass
        await _check(floor, f"{item_no}/{run}", sum(outside.values(), Decimal(0)))


def _size(number: int) -> int:
    """Square metres of a roll."""
    return 398 + number


def _from_outside(move: Move) -> Decimal:
    if move[0] == "receive":
        return Decimal(move[3])
    return -Decimal(move[3]) if move[0] in ("ship", "consume") else Decimal(0)


def _what(names: str, move: Move, *, measured: bool) -> What:
    kind, one, other, amount = move
    source, target = (lot_key(f"{names}.{number}") for number in (one, other))
    some = Quantity.parse(amount, "XRO" if measured else "KGM")
    whats: dict[str, What] = {
        "receive": Receive(Part(source, some)),
        "split": Split(source, (Part(target, some),)),
        "merge": Merge((Part(source, some),), target),
        "relabel": Relabel(source, target, some),
        "rework": Rework(Part(source, some), target),
        "ship": Ship(Part(source, some), "S"),
        "consume": Consume(source, some),
    }
    return whats[kind]


async def _check(floor: Floor, names: str, outside: Decimal) -> None:
    keys = [lot_key(f"{names}.{number}") for number in range(LOTS)]
    async with floor.work() as books:
        lots = await books.lots.get(keys)
        history = await books.genealogy.history(keys)
    poured: defaultdict[str, Decimal] = defaultdict(Decimal)
    for key, told in history.items():
        for (edge, _), void_by in told:
            if void_by is None:
                assert edge.link.kind in (Kind.SPLIT, Kind.MERGE, Kind.RELABEL, Kind.REWORK)
                assert edge.quantity == edge.made
                assert edge.quantity
                sign = 1 if edge.link.target == key else -1
                poured[key.lot_no] += sign * edge.quantity.value
    assert sum(poured.values()) == 0
    left = [lot.on_hand.value for lot in lots.values() if lot.on_hand]
    assert all(value >= 0 for value in left)
    assert sum(left, Decimal(0)) == outside

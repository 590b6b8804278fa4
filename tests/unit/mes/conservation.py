"""Random handling of lots, and what must hold after every step of it."""

from collections import defaultdict
from decimal import Decimal
from itertools import count

from hypothesis import strategies as st

from services.kit.errors import DomainError
from services.mes.domain.genealogy import Kind
from services.mes.domain.lot_operation import (
    Consume,
    Merge,
    Part,
    Relabel,
    Rework,
    Ship,
    Split,
    What,
)
from tests.unit.mes.reports import kg, lot_key, received
from tests.unit.mes.use_cases import Floor
from tests.unit.mes.use_cases.steps import operate, void_operation

Move = tuple[str, int, int, str]
"""A kind, two lots by number, and an amount."""

LOTS = 6
KINDS = ("receive", "split", "merge", "relabel", "rework", "ship", "consume", "void")
AMOUNTS = st.decimals("0.000000000001", 9, places=12).map(lambda value: format(value, "f"))
MOVES = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, LOTS - 1), st.integers(0, LOTS - 1), AMOUNTS),
    min_size=4,
    max_size=25,
)
_runs = count()


async def play(floor: Floor, moves: list[Move]) -> None:
    """Each move is carried out whole or refused; nothing appears or gets lost."""
    run = f"run{next(_runs)}"
    outside: dict[str, Decimal] = {}
    for number, move in enumerate(moves):
        id = f"{run}.{number}"
        try:
            if move[0] == "void":
                gone = f"{run}.{move[1] + move[2]}"
                await void_operation(floor, gone)
                outside.pop(gone, None)
            else:
                await operate(floor, _what(run, move), id=id)
                outside[id] = _from_outside(move)
        except DomainError:
            pass
        await _check(floor, run, sum(outside.values(), Decimal(0)))


def _from_outside(move: Move) -> Decimal:
    if move[0] == "receive":
        return Decimal(move[3])
    return -Decimal(move[3]) if move[0] in ("ship", "consume") else Decimal(0)


def _what(run: str, move: Move) -> What:
    kind, one, other, amount = move
    source, target = (lot_key(f"F/{run}.{number}") for number in (one, other))
    whats: dict[str, What] = {
        "receive": received(f"F/{run}.{one}", amount),
        "split": Split(source, (Part(target, kg(amount)),)),
        "merge": Merge((Part(source, kg(amount)),), target),
        "relabel": Relabel(source, target, kg(amount)),
        "rework": Rework(Part(source, kg(amount)), target),
        "ship": Ship(Part(source, kg(amount)), "S"),
        "consume": Consume(source, kg(amount)),
    }
    return whats[kind]


async def _check(floor: Floor, run: str, outside: Decimal) -> None:
    keys = [lot_key(f"F/{run}.{number}") for number in range(LOTS)]
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

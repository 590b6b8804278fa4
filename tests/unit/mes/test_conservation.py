"""Quantity is conserved through whatever is done with lots."""

import asyncio

from hypothesis import example, given, settings

from tests.unit.mes.conservation import MOVES, ROLLS, Move, moves, play
from tests.unit.mes.memory import MemoryFloor


@settings(max_examples=60, deadline=None)
@example(
    [
        ("receive", 0, 0, "5"),
        ("split", 0, 1, "2"),
        ("merge", 1, 0, "1"),
        ("rework", 0, 2, "0.5"),
        ("void", 0, 1, "1"),
        ("ship", 2, 0, "0.5"),
        ("void", 0, 5, "1"),
        ("void", 0, 3, "1"),
    ]
)
@given(MOVES)
def test_nothing_appears_or_gets_lost(played: list[Move]) -> None:
    asyncio.run(play(MemoryFloor(), played))


@settings(max_examples=40, deadline=None)
@example(
    [
        ("receive", 0, 0, "5"),
        ("receive", 1, 0, "3"),
        ("split", 0, 2, "2.25"),
        ("merge", 1, 0, "1"),
        ("merge", 0, 2, "3.75"),
        ("relabel", 2, 3, "1"),
        ("void", 4, 0, "1"),
        ("ship", 2, 0, "0.25"),
    ]
)
@given(moves(ROLLS))
def test_square_metres_are_conserved_between_lots_of_other_rolls(played: list[Move]) -> None:
    asyncio.run(play(MemoryFloor(), played, measured=True))

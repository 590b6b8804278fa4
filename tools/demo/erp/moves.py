"""Tryton's moves of stock, read as documents: the note on a move is the reference posted."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from tools.demo.erp.book import Entry, Line

Move = dict[str, Any]
"""As scripts/read.py of the peer has it."""
_DONE = "done"
_OVER = (_DONE, "cancelled")
_WASTE = "waste "


def entries(moves: Iterable[Move]) -> list[Entry]:
    """A document a reference, in the moves' order; a line that is there twice is a second one."""
    found: dict[tuple[str, str, int], list[Line]] = defaultdict(list)
    seen: dict[tuple[str, Line], int] = defaultdict(int)
    for move in moves:
        for reference in move["notes"] if move["state"] == _DONE else ():
            line = _line(move)
            found[reference, move["order"], seen[reference, line]].append(line)
            seen[reference, line] += 1
    return [Entry(reference, order, tuple(lines)) for (reference, order, _), lines in found.items()]


def flaws(moves: Iterable[Move]) -> Iterator[str]:
    """What was moved without a reference or with several, and what was left half-way."""
    for move in moves:
        name, notes = f"{move['order']}: move {move['id']}", move["notes"]
        if move["state"] == _DONE and len(notes) != 1:
            yield f"{name} is done, under {len(notes)} references"
        if move["state"] not in _OVER and notes:
            yield f"{name}, of {notes[0]}, is {move['state']}"


def _line(move: Move) -> Line:
    to = move["to"]
    reason = to.removeprefix(_WASTE) if to.startswith(_WASTE) else ""
    amount = Decimal(move["quantity"])
    return Line(move["product"], amount, move["unit"], move["lot"], reason)

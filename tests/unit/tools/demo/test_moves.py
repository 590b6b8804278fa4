"""Tryton's moves as the recount reads them."""

from decimal import Decimal
from typing import Any

import pytest

from tools.demo.erp.book import Entry, Line
from tools.demo.erp.moves import Move, entries, flaws

USED, MADE, LOST = (f"lyon/4711/1/{kind}" for kind in ("consumption", "yield", "scrap"))


def move(note: str, **other: Any) -> Move:
    told = {
        "id": 7,
        "order": "4711",
        "product": "bracket",
        "lot": "B-1",
        "quantity": "20",
        "unit": "u",
        "to": "storage",
        "state": "done",
        "notes": [note] if note else [],
    }
    return told | other


def test_a_document_is_what_was_moved_under_a_reference() -> None:
    steel = {"product": "steel", "unit": "kg", "to": "production", "quantity": "25.000"}
    moves = [
        move(USED, **steel, lot="HEAT-1"),
        move(MADE),
        move(LOST, to="waste S01", lot=""),
        move(USED, **steel, lot="HEAT-2"),
    ]
    used = (Line("steel", Decimal(25), "kg", "HEAT-1"), Line("steel", Decimal(25), "kg", "HEAT-2"))
    assert entries(moves) == [
        Entry(USED, "4711", used),
        Entry(MADE, "4711", (Line("bracket", Decimal(20), "u", "B-1"),)),
        Entry(LOST, "4711", (Line("bracket", Decimal(20), "u", reason="S01"),)),
    ]


def test_what_was_moved_twice_is_two_documents() -> None:
    assert [entry.reference for entry in entries([move(MADE), move(MADE)])] == [MADE, MADE]


@pytest.mark.parametrize("state", ["draft", "assigned", "cancelled"])
def test_what_did_not_move_is_no_document(state: str) -> None:
    assert entries([move(MADE, state=state)]) == []


@pytest.mark.parametrize(
    ("one", "found"),
    [
        (move(MADE), []),
        (move("", state="draft"), []),
        (move(MADE, state="cancelled"), []),
        (move(""), ["4711: move 7 is done, under 0 references"]),
        (move(MADE, notes=[MADE, LOST]), ["4711: move 7 is done, under 2 references"]),
        (move(MADE, state="draft"), [f"4711: move 7, of {MADE}, is draft"]),
    ],
)
def test_a_move_has_one_reference_and_is_carried_out(one: Move, found: list[str]) -> None:
    assert list(flaws([one])) == found

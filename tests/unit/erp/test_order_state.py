"""Code maps of the ERPs we speak with, against the columns of the machines."""

from collections.abc import Iterator

import pytest

from services.erp.application.take_order import STATUSES
from services.erp.domain.order import Confirmed, Status
from services.erp.domain.order_state import CONFIRMATION, DELIVERY, FLAGS, LIFECYCLE
from services.erp.domain.posting_state import PostingState
from services.kit.lanes.entry import State
from tools.demo.erp.ledger import Ledger
from tools.demo.erp.tryton import Tryton
from tools.states.found import AnyMachine

AXES: dict[str, AnyMachine] = {
    "lifecycle": LIFECYCLE,
    "confirmation": CONFIRMATION,
    "delivery": DELIVERY,
}


def words(column: str) -> Iterator[tuple[str, str]]:
    """Each word of a system and what it means here."""
    for axis, machine in AXES.items():
        if column in machine.columns:
            for state, called in machine.column(column).items():
                yield from ((word, f"{axis}.{state.value}") for word in called.split(", "))
    if column == "SAP":
        yield from ((word, flag) for flag, word in FLAGS.items() if word)


@pytest.mark.parametrize(
    ("codes", "column"), [(Ledger.codes, "SAP"), (Tryton.codes, "Tryton")], ids=["SAP", "Tryton"]
)
def test_a_code_map_says_what_the_columns_say(
    codes: tuple[tuple[str, str, str], ...], column: str
) -> None:
    mapped = {code: canonical for kind, code, canonical in codes if kind == "status"}
    here = {*AXES, *FLAGS}
    made = {code: said for code, said in mapped.items() if said.split(".")[0] in here}
    assert made == dict(words(column))


def test_every_state_of_every_axis_has_a_canonical_code_that_changes_nothing_else() -> None:
    before = Status()
    for axis, machine in AXES.items():
        for state in machine.states:
            after = STATUSES[f"{axis}.{state.value}"](before)
            changed = {
                name for name, value in fields(after).items() if value != fields(before)[name]
            }
            assert getattr(after, axis) is state
            assert changed <= {axis}
    for flag in FLAGS:
        after = STATUSES[flag](before)
        assert fields(after) == {**fields(before), flag: True}


def test_code_maps_that_say_full_mean_final() -> None:
    assert STATUSES["confirmation.full"](Status()).confirmation is Confirmed.FINAL


def test_a_posting_is_as_its_lane_says_or_held() -> None:
    assert {state.value for state in PostingState} == {state.value for state in State} | {"held"}


def fields(status: Status) -> dict[str, object]:
    return {name: getattr(status, name) for name in Status.__slots__}

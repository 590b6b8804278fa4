"""What quality's holds keep from the ERPs: what waits, what goes on, and which word counts."""

from contextlib import nullcontext
from dataclasses import replace

import pytest

from services.erp.application.accept_postings import accept_postings
from services.erp.application.apply_holds import apply_holds, refuse_while_under_way
from services.erp.domain.hold import Block, Hold
from services.erp.domain.posting import MATERIAL, Kind
from services.kit.errors import UnavailableError
from tests.unit.erp.memory import LOT, ORDER, Shelf, order, posting

HOLD = Hold("H-1", LOT, active=True, version=1)


@pytest.fixture
def shelf() -> Shelf:
    shelf = Shelf()
    shelf.orders.orders[ORDER] = order()
    return shelf


async def test_a_hold_sets_aside_and_its_end_releases(shelf: Shelf) -> None:
    await accept_postings(shelf.books, [posting()])
    assert await apply_holds(shelf.books, [HOLD]) == ["H-1"]
    assert [r.aside for r in shelf.postings.records.values()] == ["held by H-1"]
    assert shelf.postings.released == []
    await apply_holds(shelf.books, [replace(HOLD, active=False, version=2)])
    assert shelf.postings.released == [LOT]


@pytest.mark.parametrize("block", Block)
@pytest.mark.parametrize("kind", sorted(MATERIAL))
async def test_a_hold_sets_aside_whatever_moves_material_if_it_blocks_posting(
    shelf: Shelf, block: Block, kind: Kind
) -> None:
    """Every pair of what a hold may block and what the lane may be given: accepted and waiting."""
    stopped = block is Block.POSTING
    hold = replace(HOLD, blocks=frozenset({block}))
    [before] = await accept_postings(shelf.books, [posting("before", kind=kind)])
    await apply_holds(shelf.books, [hold])
    [after] = await accept_postings(shelf.books, [posting("after", kind=kind)])
    aside = {one.reference: one.aside for one in shelf.postings.records.values()}
    assert (before.aside, after.aside) == ("", "L-7 held by H-1" if stopped else "")
    assert aside["before"] == ("held by H-1" if stopped else "")
    shelf.postings.busy = ["before"]
    with pytest.raises(UnavailableError) if stopped else nullcontext():
        await refuse_while_under_way(shelf.postings, [hold])
    # A reversal and a closing name no lot: what they take back or end is nobody's stock.
    back = posting("back", kind=Kind.REVERSAL, lines=(), reverses="before")
    assert [one.aside for one in await accept_postings(shelf.books, [back])] == [""]


async def test_what_was_passed_on_never_replaces_quality_s_own_word(shelf: Shelf) -> None:
    await apply_holds(shelf.books, [replace(HOLD, blocks=frozenset({Block.SHIP}))])
    await apply_holds(shelf.books, [HOLD], inherited=True)
    assert shelf.holds.held == {}
    await apply_holds(shelf.books, [replace(HOLD, active=False, version=2)])
    await apply_holds(shelf.books, [HOLD], inherited=True)
    assert shelf.holds.held == {}


async def test_an_older_word_changes_nothing(shelf: Shelf) -> None:
    lifted = replace(HOLD, active=False, version=2)
    await apply_holds(shelf.books, [lifted, HOLD])
    assert shelf.holds.held == {}
    await apply_holds(shelf.books, [replace(HOLD, version=3), replace(HOLD, hold_no="H-2")])
    await apply_holds(shelf.books, [replace(lifted, version=4)])
    assert shelf.holds.held == {LOT: "held by H-2"}


async def test_a_hold_is_not_in_force_while_a_posting_is_under_way(shelf: Shelf) -> None:
    shelf.postings.busy = ["r-1"]
    with pytest.raises(UnavailableError) as refused:
        await refuse_while_under_way(shelf.postings, [HOLD])
    assert (refused.value.code, refused.value.retry_after) == ("posting_under_way", 1)
    await refuse_while_under_way(shelf.postings, [replace(HOLD, active=False)])

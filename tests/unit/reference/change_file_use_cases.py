"""What every book-keeping must do with files of engineering changes; see use_cases.py."""
# ruff: noqa: D102 - a test's name is its sentence

import pytest

from services.reference.domain.change import AffectedOrder, OrderImpact
from services.reference.domain.change_state import ChangeState
from tests.unit.reference.examples import everything
from tests.unit.reference.load_use_cases import load, refusals
from tests.unit.reference.use_cases import Shelf, put


class ChangeFilesContract:
    """Two lists share the rows of a change."""

    async def test_a_change_stands_in_the_rows_of_its_items_and_orders(self, shelf: Shelf) -> None:
        await put(shelf, everything())
        head = "eco_no,plant,title,item_no,from_revision,to_revision,disposition,order_no,impact"
        rows = [
            "eco-1,lyon,stronger,widget,A,B,use_up,4711,stop",
            "eco-1,lyon,stronger,steel,,B,rework,,",
            "eco-2,,,,,,,4712,finish_as_is",
            "eco-3,,,,,,,,",
        ]
        report = await load(shelf, "changes", head, *rows)
        assert (refusals(report), report.changed, report.rows) == ([], 3, 4)
        assert (await load(shelf, "changes", head, *rows)).changed == 0
        # A list that has no column stays as it was; one that has is what the file says.
        assert (await load(shelf, "changes", "eco_no,title", "eco-1,strongest")).changed == 1
        orders = ["eco_no,order_no,impact", "eco-1,,", "eco-3,4713,change_over"]
        assert (await load(shelf, "changes", *orders)).changed == 2
        async with shelf.work() as books:
            one, two, three = await books.changes.after(None, 9)
        assert [each.item_no for each in one.affected] == ["widget", "steel"]
        assert (one.title, one.state, one.open_orders) == ("strongest", ChangeState.DRAFT, ())
        assert two.open_orders == (AffectedOrder("4712", OrderImpact.FINISH_AS_IS),)
        assert (two.affected, three.affected) == ((), ())
        assert [each.order_no for each in three.open_orders] == ["4713"]

    @pytest.mark.parametrize(
        ("kind", "rows", "problem"),
        [
            ("changes", ["eco_no,item_no", "e,widget"], (1, "to_revision", "missing_column")),
            (
                "changes",
                ["eco_no,order_no,impact", "e,4711,stop", "e,4712,"],
                (3, "impact", "bad_value"),
            ),
            (
                "changes",
                [
                    "eco_no,item_no,from_revision,to_revision,disposition,order_no,impact",
                    "e,,,,,4711,stop",
                    "e,widget,A,B,use_up,,",
                    "e,steel,A,A,use_up,4712,stop",
                ],
                (4, "to_revision", "bad_affected_item"),
            ),
        ],
    )
    async def test_a_bad_file_of_changes_says_where(
        self, shelf: Shelf, kind: str, rows: list[str], problem: tuple[int, str, str]
    ) -> None:
        await put(shelf, everything())
        before = await shelf.told()
        assert refusals(await load(shelf, kind, *rows)) == [problem]
        assert await shelf.told() == before

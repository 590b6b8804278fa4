"""Output is told of."""
# ruff: noqa: D102 - a test's name is its sentence

import pytest

from services.kit.errors import InvalidError, NotFoundError
from services.quality.application.open_inspections import items_of
from services.quality.domain.item import Item
from services.quality.domain.lifecycle import State
from tests.unit.quality.samples import (
    BREAD,
    LYON,
    WATER,
    kg,
    output,
)
from tests.unit.quality.use_cases.steps import (
    CHANGED,
    OPENED,
    Laboratory,
    inspection,
    introduce,
    opened,
    refused,
    submit,
)


class SubmissionsContract:
    """Opening."""

    @pytest.fixture(autouse=True)
    async def items(self, laboratory: Laboratory) -> None:
        await introduce(laboratory, BREAD, WATER)

    async def test_the_item_decides_whether_inspection_is_due(self, laboratory: Laboratory) -> None:
        bread, water = await submit(
            laboratory, output("s1"), output("s2", lot="WATER/W1", order_no="4712")
        )
        assert (bread.required, water.required) == (True, False)
        assert (bread.item_version, water.item_version) == (3, 1)
        found = await inspection(laboratory, bread.inspection_no)
        assert (found.submitted, found.state, found.version) == (kg("100"), State.CREATED, 1)
        assert found.key == (LYON, "BREAD", "L1", "4711")
        assert await laboratory.told() == [OPENED]

    async def test_an_inspection_grows_and_lots_and_orders_have_their_own(
        self, laboratory: Laboratory
    ) -> None:
        first, again, other_order, other_lot = await submit(
            laboratory,
            output("s1", "10"),
            output("s2", "20"),
            output("s3", "30", order_no="4712"),
            output("s4", "40", lot="BREAD/L2"),
        )
        assert first.inspection_no == again.inspection_no
        nos = {one.inspection_no for one in (first, other_order, other_lot)}
        assert len(nos) == 3
        [more] = await submit(laboratory, output("s5", "5"))
        assert more.inspection_no == first.inspection_no
        assert (await inspection(laboratory, more.inspection_no)).submitted == kg("35")
        told = await laboratory.told()
        assert sorted(told[:3]) == [OPENED, OPENED, "lyon/BREAD/L2 InspectionOpened"]
        assert told[3:] == [CHANGED]

    async def test_a_source_is_judged_once_whatever_the_item_says_later(
        self, laboratory: Laboratory
    ) -> None:
        given = output("s1"), output("s2", lot="WATER/W1")
        first = await submit(laboratory, *given, *given)
        assert first[:2] == first[2:]
        await introduce(laboratory, Item("BREAD", False, 4), Item("WATER", True, 2))
        assert await submit(laboratory, *given) == first[:2]
        assert (await inspection(laboratory, first[0].inspection_no)).submitted == kg("100")
        assert await laboratory.told() == [OPENED]
        new = await submit(laboratory, output("s3"), output("s4", lot="WATER/W1"))
        assert [one.required for one in new] == [False, True]

    async def test_other_content_of_a_source_is_refused_and_nothing_kept(
        self, laboratory: Laboratory
    ) -> None:
        await submit(laboratory, output("s1"))
        for bad, field in (
            (output("s1", "99"), "quantity"),
            (output("s1", order_no="4712"), "order_no"),
            (output("s1", lot="BREAD/L2"), "lot"),
        ):
            doing = submit(laboratory, output("s2"), bad)
            assert await refused(doing) == ("submission_differs", f"submissions[1].{field}")
        doing = submit(laboratory, output("s3"), output("s3", "1"))
        assert await refused(doing) == ("submission_differs", "submissions[1].quantity")
        async with laboratory.work() as books:
            known = await books.submissions.claim([output("s1"), output("s2"), output("s3")])
        assert list(known) == ["s1"]

    async def test_an_older_version_of_an_item_changes_nothing(
        self, laboratory: Laboratory
    ) -> None:
        await introduce(laboratory, Item("BREAD", False, 2), Item("BREAD", False, 3))
        assert (await submit(laboratory, output()))[0].required

    async def test_what_is_wrong_is_named(self, laboratory: Laboratory) -> None:
        doing = submit(laboratory, output("s1"), output("s2", "0"))
        assert await refused(doing, InvalidError) == (
            "not_positive",
            "submissions[1].quantity.value",
        )
        doing = submit(laboratory, output("s1"), output("s2", lot="CAKE/C1"))
        assert await refused(doing, NotFoundError) == (
            "unknown_item",
            "submissions[1].lot.item_no",
        )
        litres = output("s2", "1", unit="LTR")
        assert await refused(submit(laboratory, output("s1"), litres), InvalidError) == (
            "unit_mismatch",
            "submissions[1].quantity.unit",
        )
        assert await laboratory.told() == []

    async def test_units_are_converted_to_the_first_one(self, laboratory: Laboratory) -> None:
        grams = output("s2", "500", unit="GRM")
        no = await opened(laboratory, output("s1", "1"), grams)
        assert (await inspection(laboratory, no)).submitted == kg("1.5")

    async def test_items_to_know_are_named_by_their_first_field(self) -> None:
        outputs = [output("s1"), output("s2", lot="CAKE/C1"), output("s3")]
        assert items_of(outputs) == {
            "BREAD": "submissions[0].lot.item_no",
            "CAKE": "submissions[1].lot.item_no",
        }

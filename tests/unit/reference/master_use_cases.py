"""What every book-keeping must do with master data in full; see use_cases.py."""
# ruff: noqa: D102 - a test's name is its sentence

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.kit.errors import ConflictError, DomainError, InvalidError, NotFoundError
from services.reference.application.advance import (
    ChangeStep,
    ItemStep,
    advance_changes,
    advance_items,
)
from services.reference.application.find_effective import Made, find_effective
from services.reference.domain.bill import BillLine
from services.reference.domain.change_state import ChangeCommand, ChangeState
from services.reference.domain.item import Basis
from services.reference.domain.item_state import ItemCommand, Lifecycle
from tests.unit.reference.examples import (
    PIECE,
    affected,
    amount,
    bill,
    change,
    cost,
    everything,
    item,
    location,
    lot_conversion,
    reason,
    routing,
)
from tests.unit.reference.use_cases import Shelf, put

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
BY_LOT = replace(PIECE, basis=Basis.LOT, tolerance="0.1")


async def step(shelf: Shelf, *commands: ItemCommand) -> list[Lifecycle | None]:
    """Each of them on the widget."""
    found: list[Lifecycle | None] = []
    for command in commands:
        async with shelf.work() as books:
            [moved] = await advance_items(books, [ItemStep("widget", command)])
            found.append(moved.lifecycle)
    return found


class FullDataContract:
    """Records of every kind, what applies, lifecycles."""

    async def test_every_kind_is_stored_and_told(self, shelf: Shelf) -> None:
        await put(shelf, everything())
        before = len(await shelf.told())
        parts: dict[str, Any] = {
            "items": [item(conversions=(BY_LOT,), classes=("metal",), net_weight=amount("1"))],
            "locations": [location(), location("main", "A-01", quarantine=True)],
            "reasons": [reason(), reason("edge", "worn"), reason("burr", "edge")],
            "changes": [change(effective_from=MAY), change(eco_no="eco-2", plant="")],
            "lot_conversions": [lot_conversion()],
            "standard_costs": [cost(), cost(valid_from=JUNE, amount="260")],
        }
        assert await put(shelf, **parts) == 11
        assert await put(shelf, **parts) == 0
        told = await shelf.told()
        assert len(told) == before + 11
        assert {
            "*/change/eco-2 EngineeringChangeChanged",
            "*/lot_conversion/widget/L-1/H87/KGM LotConversionChanged",
            "*/reason/scrap/edge ReasonChanged",
            "lyon/change/eco-1 EngineeringChangeChanged",
            "lyon/location/main/A-01 LocationChanged",
            "lyon/standard_cost/widget/2026-06-01 StandardCostChanged",
        } <= set(told)
        async with shelf.work() as books:
            assert await books.standard_costs.after(None, 9) == [
                cost(version=1),
                cost(valid_from=JUNE, amount="260", version=1),
            ]
            [moved] = await books.changes.get([("eco-1",)])
            assert moved == change(effective_from=MAY, state=ChangeState.DRAFT, version=1)
            [known] = await books.items.get([("widget",)])
            assert (known.classes, known.net_weight) == (("metal",), amount("1"))
            assert await books.reasons.get([("scrap", "edge")]) == [
                reason("edge", "worn", version=1)
            ]

    @pytest.mark.parametrize(
        ("parts", "error", "code", "field"),
        [
            (
                {"boms": [bill(revision="B")]},
                InvalidError,
                "overlapping_effectivity",
                "boms[0].valid_from",
            ),
            (
                {
                    "routings": [
                        routing(revision="B", valid_from=MAY, alternative="2"),
                        routing(revision="C", valid_to=JUNE, alternative="2"),
                    ]
                },
                InvalidError,
                "overlapping_effectivity",
                "routings[0].valid_from",
            ),
            (
                {"boms": [bill(lines=(BillLine(1, "steel", amount("1"), substitutes=("x",)),))]},
                NotFoundError,
                "unknown_item",
                "boms[0].lines[0].substitutes[0]",
            ),
            (
                {
                    "items": [item("box", base_unit="H87", conversions=())],
                    "boms": [
                        bill(lines=(BillLine(1, "steel", amount("1"), substitutes=("box",)),))
                    ],
                },
                InvalidError,
                "unit_mismatch",
                "boms[0].lines[0].substitutes[0].unit",
            ),
            (
                {"parties": [replace(everything().parties[0], scopes=("nice",))]},
                NotFoundError,
                "unknown_plant",
                "parties[0].scopes[0]",
            ),
            (
                {"locations": [location(plant="nice")]},
                NotFoundError,
                "unknown_plant",
                "locations[0].plant",
            ),
            ({"reasons": [reason("b", "x")]}, NotFoundError, "unknown_reason", "reasons[0].parent"),
            (
                {"reasons": [reason(), reason("b", "worn"), reason("c", "b"), reason("d", "c")]},
                InvalidError,
                "too_deep",
                "reasons[0].parent",
            ),
            (
                {"reasons": [reason("a", "b"), reason("b", "a")]},
                InvalidError,
                "too_deep",
                "reasons[0].parent",
            ),
            (
                {"changes": [change(plant="nice")]},
                NotFoundError,
                "unknown_plant",
                "changes[0].plant",
            ),
            (
                {"changes": [change(affected=(replace(affected(), item_no="x"),))]},
                NotFoundError,
                "unknown_item",
                "changes[0].affected[0].item_no",
            ),
            (
                {"lot_conversions": [lot_conversion()]},
                InvalidError,
                "not_by_lot",
                "lot_conversions[0].from",
            ),
            (
                {"lot_conversions": [lot_conversion(item_no="x")]},
                NotFoundError,
                "unknown_item",
                "lot_conversions[0].item_no",
            ),
            (
                {"standard_costs": [cost(per=amount("1", "LTR"))]},
                InvalidError,
                "unit_mismatch",
                "standard_costs[0].per.unit",
            ),
            (
                {"items": [item(lifecycle=Lifecycle.DRAFT)]},
                ConflictError,
                "wrong_state",
                "items[0].lifecycle",
            ),
        ],
    )
    async def test_a_record_that_fits_nowhere_is_refused(
        self, shelf: Shelf, parts: dict[str, Any], error: type[DomainError], code: str, field: str
    ) -> None:
        await put(shelf, everything())
        before = await shelf.told()
        with pytest.raises(error) as refused:
            await put(shelf, **parts)
        assert (refused.value.code, refused.value.field) == (code, field)
        assert await shelf.told() == before

    async def test_one_look_up_says_what_applies(self, shelf: Shelf) -> None:
        await put(shelf, everything())
        await put(
            shelf,
            items=[item(revision="A")],
            boms=[
                bill(valid_to=JUNE),
                bill(revision="B", valid_from=JUNE, eco_no="eco-1"),
                bill(alternative="2"),
            ],
            changes=[change(effective_from=JUNE)],
        )
        async with shelf.work() as books:
            for command in (ChangeCommand.SUBMIT, ChangeCommand.APPROVE, ChangeCommand.RELEASE):
                await advance_changes(books, [ChangeStep("eco-1", command)])
            wanted = [
                Made("lyon", "widget", "1", MAY),
                Made("lyon", "widget", "1", JUNE),
                Made("lyon", "gone", "1", MAY),
                Made("lyon", "steel", "", MAY),
                Made("lyon", "widget", "", JULY),
                Made("lyon", "widget", "3", JULY),
            ]
            found = await find_effective(books, wanted)
        assert [
            (
                one.bill and (one.bill.alternative, one.bill.revision),
                one.routing and one.routing.revision,
                one.revision,
            )
            for one in found
        ] == [
            (("1", "A"), "A", "A"),
            (("1", "B"), "A", "B"),
            (None, None, ""),
            (("1", "B"), "A", "B"),
            (None, None, "B"),
        ]

    async def test_an_item_goes_through_its_life(self, shelf: Shelf) -> None:
        await put(shelf, items=[item(lifecycle=Lifecycle.DRAFT)])
        moved = await step(
            shelf,
            ItemCommand.APPROVE,
            ItemCommand.REVISE,
            ItemCommand.APPROVE,
            ItemCommand.RELEASE,
            ItemCommand.TAKE_EFFECT,
            ItemCommand.WITHDRAW,
        )
        assert [str(one) for one in moved] == [
            "approved",
            "draft",
            "approved",
            "released",
            "effective",
            "withdrawn",
        ]
        assert len(await shelf.told()) == 7
        for steps, code, field in (
            ([ItemStep("widget", ItemCommand.APPROVE)], "wrong_state", "steps[0].command"),
            ([ItemStep("nut", ItemCommand.APPROVE)], "unknown_item", "steps[0].item_no"),
            ([ItemStep("widget", ItemCommand.APPROVE, 3)], "stale_version", "steps[0].version"),
        ):
            with pytest.raises(DomainError) as refused:
                async with shelf.work() as books:
                    await advance_items(books, steps)
            assert (refused.value.code, refused.value.field) == (code, field)
        await put(shelf, items=[item("nut", lifecycle=Lifecycle.DRAFT)])
        with pytest.raises(InvalidError, match="twice"):
            async with shelf.work() as books:
                await advance_items(
                    books,
                    [ItemStep("nut", ItemCommand.APPROVE), ItemStep("nut", ItemCommand.RELEASE)],
                )
